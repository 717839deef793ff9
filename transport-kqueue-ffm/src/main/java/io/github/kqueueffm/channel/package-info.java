/**
 * The Netty face: the {@link io.netty.channel.IoHandler}, the channels, their configurations and
 * options.
 *
 * <p>A user swaps the event loop group and the channel class; the pipeline stays as it is. The
 * event loop goes through {@link io.github.kqueueffm.selector.Poller} and no other way.
 */
@NullMarked
package io.github.kqueueffm.channel;

import org.jspecify.annotations.NullMarked;
