package io.netty.channel.kqueue;

import io.netty.channel.IoHandle;

/**
 * An object that a {@link KQueueIoHandler} can watch. Its registration takes {@link KQueueIoOps},
 * and its events are {@link KQueueIoEvent}s.
 */
@SuppressWarnings("try") // IoHandle.close() may throw whatever it likes.
public interface KQueueIoHandle extends IoHandle {

  /** The ident of its knotes. */
  int ident();
}
