/** Vert.x over this transport. */
package io.github.kqueueffm.frameworks.vertx;
