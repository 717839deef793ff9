package io.github.kqueueffm.channel;

import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;

/** What comes out of a stream: bytes, or descriptors. */
interface StreamInput {

  /**
   * Reads and delivers until the socket is empty, the limits of the handle are reached or the end
   * is there.
   *
   * @param eof whether the kernel says that there may be an end, so that limits do not count
   * @return whether the end was read
   */
  boolean drain(RecvByteBufAllocator.ExtendedHandle handle, boolean eof) throws IOException;
}
