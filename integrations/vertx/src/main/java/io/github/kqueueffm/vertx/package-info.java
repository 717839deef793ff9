/** Vert.x on the kqueue transport: {@link io.github.kqueueffm.vertx.KQueueFfmTransport}. */
package io.github.kqueueffm.vertx;
