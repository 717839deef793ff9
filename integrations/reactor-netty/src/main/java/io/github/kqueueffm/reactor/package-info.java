/**
 * reactor-netty on the kqueue transport: {@link
 * io.github.kqueueffm.reactor.KQueueFfmLoopResources}.
 */
@NullMarked
package io.github.kqueueffm.reactor;

import org.jspecify.annotations.NullMarked;
