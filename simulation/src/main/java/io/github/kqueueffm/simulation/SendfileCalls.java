package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/** The three forms of sendfile. */
final class SendfileCalls {
  private static final int PIECE = 65_536;

  /** What DragonFly leaves where the number of bytes goes. */
  static final long GARBAGE = 0x5a5a_5a5a_5a5aL;

  private final World world;
  private long sent;

  SendfileCalls(World world) {
    this.world = world;
  }

  long call(OpenFile first, long b, long c, long d, long f) {
    OpenFile second = world.descriptors.get((int) b);
    if (second == null) {
      return world.error(Errno.EBADF);
    }
    return switch (world.platform.system()) {
      case LINUX -> linux(first, second, c, d);
      case MACOS -> macos(first, second, c, d);
      default -> bsd(first, second, c, d, f);
    };
  }

  /** The call is to fail before its work: on macOS its length says that nothing was sent. */
  void fails(long length) {
    if (world.platform.system() == OperatingSystem.MACOS) {
      Memory.putLong(length, 0);
    }
  }

  /** sendfile(socket, file, offset in and out, count): the number of bytes. */
  private long linux(OpenFile socket, OpenFile file, long offset, long count) {
    long from = Memory.getLong(offset);
    long error = send(socket, file, from, count);
    Memory.putLong(offset, from + sent);
    return sent > 0 ? sent : error;
  }

  /** sendfile(file, socket, offset, length in and out, hdtr, flags). */
  private long macos(OpenFile file, OpenFile socket, long offset, long length) {
    long error = send(socket, file, offset, toTheEnd(Memory.getLong(length)));
    if (error == 0 || isPassing(error)) {
      Memory.putLong(length, sent);
    }
    return error;
  }

  private boolean isPassing(long error) {
    int errno = (int) -error;
    return world.platform.is(Errno.EAGAIN, errno) || world.platform.is(Errno.EINTR, errno);
  }

  /** sendfile(file, socket, offset, count, hdtr, number of bytes out, flags). */
  private long bsd(OpenFile file, OpenFile socket, long offset, long count, long sbytes) {
    long error = send(socket, file, offset, toTheEnd(count));
    if (sbytes != 0) {
      boolean garbage = isInvalid(error) && world.has(Quirk.SENDFILE_LEAVES_GARBAGE);
      Memory.putLong(sbytes, garbage ? GARBAGE : sent);
    }
    return error;
  }

  private boolean isInvalid(long error) {
    int errno = (int) -error;
    return world.platform.is(Errno.ENOTCONN, errno) || world.platform.is(Errno.EINVAL, errno);
  }

  private static long toTheEnd(long count) {
    return count == 0 ? Long.MAX_VALUE : count;
  }

  /**
   * Sends bytes until the file ends, the count is reached or the socket is full.
   *
   * @return 0 or the negative errno; the number of bytes is in {@link #sent}
   */
  private long send(OpenFile socket, OpenFile file, long offset, long count) {
    sent = 0;
    if (offset < 0 || !(file instanceof MachineFile)) {
      return world.error(Errno.EINVAL);
    }
    long most = Math.min(count, world.limitOfThisCall);
    long memory = NativeMemory.allocate(PIECE);
    try {
      byte[] piece = new byte[PIECE];
      Iov iov = new Iov();
      long total = 0;
      while (total < most) {
        long read = file.readAt(offset + total, piece, (int) Math.min(PIECE, most - total));
        if (read <= 0) {
          return read;
        }
        Memory.copy(piece, 0, memory, (int) read);
        long written = socket.write(iov.one(memory, read));
        // Another call may have run while this one was blocked.
        total += Math.max(written, 0);
        sent = total;
        if (written < read) {
          return written < 0 ? written : shortOf(socket);
        }
      }
      return most < count ? world.error(Errno.EAGAIN) : 0;
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** {@return the result after a write that took only a part, which filled the socket} */
  private long shortOf(OpenFile socket) {
    return socket.nonBlocking ? world.error(Errno.EAGAIN) : 0;
  }
}
