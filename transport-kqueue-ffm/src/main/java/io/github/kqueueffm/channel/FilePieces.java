package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.MappedFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FileRegion;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;

/**
 * Sends from a file that is open in Java, whose descriptor Java does not give: mapped into memory,
 * or read into a buffer where it cannot be mapped or is too short for that to be worth it.
 */
final class FilePieces {
  /** Below, one read and one copy cost less than a mapping. */
  private static final int LEAST_MAPPED = 256 << 10;

  private static final long MOST_MAPPED = 32L << 20;
  private static final int MOST_READ = 256 << 10;

  private final KernelSocket socket;
  private LoopResources loop;
  private ByteBufAllocator allocator;
  private SocketAddress peer;
  private MappedFile mapped;

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
   * Sends once.
   *
   * @return the bytes sent, 0 if the socket takes nothing for now
   * @throws IOException also if the file ends before its region
   */
  long send(FileChannel file, FileRegion region) throws IOException {
    long position = region.position() + region.transferred();
    long left = region.count() - region.transferred();
    if (mapped == null || !mapped.contains(file, position)) {
      requireMore(file.size(), region);
      close();
      if (left < LEAST_MAPPED || !map(file, position, Math.min(left, MOST_MAPPED))) {
        return sendRead(file, region, position, left);
      }
    }
    long end = Math.min(mapped.end(), position + left);
    long sent = sendMapped(region, mapped.address(position), end - position);
    if (position + sent == mapped.end()) {
      close();
    }
    return sent;
  }

  /** Between two turns the mapping is kept. */
  void close() {
    MappedFile done = mapped;
    mapped = null;
    if (done != null) {
      done.close();
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

  private boolean map(FileChannel file, long position, long length) {
    try {
      mapped = MappedFile.map(file, position, length);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      // A file system without mmap, or no memory for it: the read reports what is really wrong.
      return false;
    }
  }

  private long sendMapped(FileRegion region, long address, long length) throws IOException {
    long sent = call(address, length);
    if (sent < 0 && loop.kernel().platform().is(Errno.EFAULT, (int) -sent)) {
      throw tooShort(region, "it was truncated while it was sent");
    }
    return sent >= 0 ? sent : failed(sent);
  }

  private long sendRead(FileChannel file, FileRegion region, long position, long left)
      throws IOException {
    int length = (int) Math.min(left, MOST_READ);
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
    long sent = call(address, length);
    return sent >= 0 ? sent : failed(sent);
  }

  /** The bytes sent, or a negative errno that is not EINTR. */
  private long call(long address, long length) {
    long sent;
    do {
      sent = loop.kernel().send(socket.fd(), address, length, loop.sendFlags());
    } while (loop.interrupted(sent));
    return sent;
  }

  private long failed(long negativeErrno) throws IOException {
    if (loop.wouldBlock(negativeErrno)) {
      return 0;
    }
    throw failure("send", (int) negativeErrno);
  }
}
