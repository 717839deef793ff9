package io.github.kqueueffm.channel;

import io.netty.channel.IoHandle;

/**
 * Something that a {@link KQueueFfmIoHandler} can watch: a descriptor, or the ident of a timer or a
 * user event.
 *
 * <p>Before a descriptor is closed its knotes should be deleted with {@code EV_DELETE}; a kernel's
 * kqueue does so by itself, other providers need it.
 */
@SuppressWarnings("try") // IoHandle.close() may throw any exception.
public interface KQueueFfmIoHandle extends IoHandle {

  /** The ident of its knotes. */
  int ident();
}
