package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Failures;
import io.netty.buffer.ByteBuf;
import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;

/** Receives the bytes of a stream into buffers, one recv(2) for each. */
final class StreamReader {
  /** The end of the stream. */
  static final int END = 0;

  /** The buffer has no room, so nothing was asked of the socket. */
  static final int NO_ROOM = Integer.MIN_VALUE;

  private StreamReader() {}

  /**
   * Receives once.
   *
   * @return the bytes that are in the buffer now, {@link #END}, {@link #NO_ROOM} or a negative
   *     errno
   * @throws IOException if the buffer does not take bytes that were received
   */
  static int receive(
      LoopResources loop, int fd, RecvByteBufAllocator.ExtendedHandle handle, ByteBuf buffer)
      throws IOException {
    int room = buffer.writableBytes();
    if (room == 0) {
      // recv(2) would answer 0, which means the end.
      handle.attemptedBytesRead(0);
      return NO_ROOM;
    }
    long address = Buffers.room(buffer, room);
    boolean copied = address == Buffers.NONE;
    if (copied) {
      room = Math.min(room, CopyRoom.KEPT);
      address = loop.copies().take(room);
    }
    handle.attemptedBytesRead(room);
    long received;
    do {
      received = loop.kernel().recv(fd, address, room, 0);
    } while (loop.interrupted(received));
    if (received > 0) {
      put(loop, buffer, (int) received, copied);
    }
    return (int) received;
  }

  private static void put(LoopResources loop, ByteBuf buffer, int bytes, boolean copied)
      throws IOException {
    if (!copied) {
      buffer.writerIndex(buffer.writerIndex() + bytes);
      return;
    }
    try {
      loop.copies().moveTo(buffer, bytes);
    } catch (RuntimeException e) {
      // They are lost, and a stream must not go on without them.
      throw new IOException(
          Failures.refusal(
              "read",
              bytes + " bytes that were received",
              buffer + " does not take them",
              "use an allocator whose buffers keep the room that they were allocated with"),
          e);
    }
  }
}
