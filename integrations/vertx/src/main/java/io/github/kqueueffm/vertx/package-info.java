/** Vert.x on the kqueue transport: {@link io.github.kqueueffm.vertx.KQueueFfmTransport}. */
@NullMarked
package io.github.kqueueffm.vertx;

import org.jspecify.annotations.NullMarked;
