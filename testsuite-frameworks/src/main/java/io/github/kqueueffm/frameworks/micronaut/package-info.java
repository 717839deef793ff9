/** Micronaut over this transport. */
package io.github.kqueueffm.frameworks.micronaut;
