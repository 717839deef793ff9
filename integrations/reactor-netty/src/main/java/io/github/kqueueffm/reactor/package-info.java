/**
 * reactor-netty on the kqueue transport: {@link
 * io.github.kqueueffm.reactor.KQueueFfmLoopResources}.
 */
package io.github.kqueueffm.reactor;
