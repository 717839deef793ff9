package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.MappedFile;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Sends from a file that is open in Java, whose descriptor Java does not tell: mapped into memory,
 * or read into a buffer where it cannot be mapped or is too short for that to be worth it.
 */
final class FilePieces {
  /** From here on, mapping costs less than copying. */
  private static final int LEAST_MAPPED = 64 << 10;

  private static final long MOST_MAPPED = 32L << 20;
  private static final int MOST_READ = 256 << 10;

  private final AbstractKQueueFfmStreamChannel channel;

  FilePieces(AbstractKQueueFfmStreamChannel channel) {
    this.channel = channel;
  }

  /**
   * Sends once.
   *
   * @return the bytes sent, 0 if the socket takes nothing for now
   * @throws IOException also if the file ends before {@code position + left}
   */
  long send(FileChannel file, long position, long left) throws IOException {
    requireMore(file, position, left);
    long mapped = left < LEAST_MAPPED ? -1 : sendMapped(file, position, left);
    return mapped >= 0 ? mapped : sendRead(file, position, left);
  }

  static void requireMore(FileChannel file, long position, long left) throws IOException {
    long size = file.size();
    if (size < position + left) {
      throw new IOException(
          "the file has " + size + " bytes, but its region ends at " + (position + left));
    }
  }

  /** {@return the bytes sent, or -1 if the file cannot be mapped} */
  private long sendMapped(FileChannel file, long position, long left) throws IOException {
    long length = Math.min(left, MOST_MAPPED);
    MappedFile mapped;
    try {
      mapped = MappedFile.map(file, position, length);
    } catch (IOException | UnsupportedOperationException e) {
      // A file system without mmap, or no memory for it: reading tells what is really wrong.
      return -1;
    }
    try (mapped) {
      return send(mapped.address(), length);
    }
  }

  private long sendRead(FileChannel file, long position, long left) throws IOException {
    int length = (int) Math.min(left, MOST_READ);
    ByteBuf buffer = channel.alloc().directBuffer(length, length);
    try {
      int read = buffer.writeBytes(file, position, length);
      if (read <= 0) {
        throw new IOException("the file ended at " + position + " while it was sent");
      }
      return send(Buffers.address(buffer), read);
    } finally {
      buffer.release();
    }
  }

  /** {@return the bytes sent, 0 if the socket takes nothing for now} */
  long send(long address, long length) throws IOException {
    LoopResources loop = channel.resources();
    long sent;
    do {
      sent = loop.kernel().send(channel.socket().fd(), address, length, loop.sendFlags());
    } while (loop.interrupted(sent));
    if (sent >= 0) {
      return sent;
    }
    if (loop.wouldBlock(sent)) {
      return 0;
    }
    if (loop.kernel().platform().is(Errno.EFAULT, (int) -sent)) {
      throw new IOException("the file was truncated while it was sent");
    }
    throw channel.failure("send", (int) sent);
  }
}
