package io.github.kqueueffm.channel;

import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FileRegion;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;

/**
 * Sends from memory, and from a file that is open in Java, whose descriptor Java does not give: a
 * piece is read into a buffer and sent. A mapped file would need no copy, but costs a fault for
 * each page and a safepoint for each mapping, which is more (docs/design.md).
 */
final class FilePieces {
  /** The most bytes of one read and one send. */
  static final int PIECE = 256 << 10;

  private final KernelSocket socket;
  private LoopResources loop;
  private ByteBufAllocator allocator;
  private SocketAddress peer;

  FilePieces(KernelSocket socket) {
    this.socket = socket;
  }

  /** What the sends that follow use, and whom a failure names. */
  void begin(LoopResources loop, ByteBufAllocator allocator, SocketAddress peer) {
    this.loop = loop;
    this.allocator = allocator;
    this.peer = peer;
  }

  /** The socket's descriptor. */
  int fd() {
    return socket.fd();
  }

  ByteBufAllocator allocator() {
    return allocator;
  }

  IOException failure(String operation, int result) {
    return Failures.of(socket.kernel().platform(), operation, peer, result);
  }

  /**
   * Sends one piece of a region's file.
   *
   * @return the bytes sent, 0 if the socket takes nothing for now
   * @throws IOException also if the file ends before its region
   */
  long send(FileChannel file, FileRegion region) throws IOException {
    requireMore(file.size(), region);
    long position = region.position() + region.transferred();
    int length = (int) Math.min(region.count() - region.transferred(), PIECE);
    ByteBuf buffer = allocator.directBuffer(length, length);
    try {
      int read = buffer.writeBytes(file, position, length);
      if (read <= 0) {
        throw tooShort(region, "it ended at " + position + " while it was sent");
      }
      return send(buffer);
    } finally {
      buffer.release();
    }
  }

  /** Before the first byte of a region, and again where a file may have become shorter. */
  static void requireMore(long size, FileRegion region) throws IOException {
    long end = region.position() + region.count();
    if (size < end) {
      throw tooShort(
          region,
          "the file has "
              + size
              + " bytes, but its region ends at "
              + end
              + ", and "
              + region.transferred()
              + " bytes of the region were sent");
    }
  }

  private static IOException tooShort(FileRegion region, String reason) {
    Object file =
        region instanceof KQueueFfmFileRegion own ? own.path() : StringUtil.simpleClassName(region);
    return new IOException(
        Failures.refusal(
            "send",
            "the bytes from " + region.position() + " on of " + file,
            reason,
            "end the region where the file ends, and let the file keep its length until then"));
  }

  /** {@return the bytes sent of what can be read, 0 if the socket takes nothing for now} */
  long send(ByteBuf buffer) throws IOException {
    long address = Buffers.contents(buffer);
    if (address == Buffers.NONE) {
      // An allocator may answer with other buffers than it is asked for.
      address = loop.copies().copyOf(buffer);
    }
    return send(address, buffer.readableBytes());
  }

  /** {@return the bytes sent, 0 if the socket takes nothing for now} */
  long send(long address, long length) throws IOException {
    long sent;
    do {
      sent = loop.kernel().send(socket.fd(), address, length, loop.sendFlags());
    } while (loop.interrupted(sent));
    if (sent >= 0) {
      loop.counts().sent(0, sent);
      if (sent < length) {
        loop.counts().increment(Count.SHORT_WRITES);
      }
      return sent;
    }
    if (loop.wouldBlock(sent)) {
      loop.counts().increment(Count.WOULD_BLOCK);
      return 0;
    }
    throw failure("send", (int) sent);
  }
}
