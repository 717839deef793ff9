package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/** What is asked of the kernel about a descriptor that has become ready. */
final class SocketDetails {
  private final Kernel kernel;
  private final int level;
  private final int typeOption;
  private final int errorOption;
  private final int datagram;
  private final int readable;
  private final boolean everything;
  private final long value;
  private final long length;

  /**
   * @param everything also what costs a call per event, and for the errno of a socket consumes it
   */
  SocketDetails(Kernel kernel, boolean everything) {
    Platform platform = kernel.platform();
    this.kernel = kernel;
    this.everything = everything;
    level = platform.get(Constant.SOL_SOCKET);
    typeOption = platform.get(Constant.SO_TYPE);
    errorOption = platform.get(Constant.SO_ERROR);
    datagram = platform.get(Constant.SOCK_DGRAM);
    readable = platform.get(Constant.FIONREAD);
    value = NativeMemory.allocate(2 * Integer.BYTES);
    length = value + Integer.BYTES;
  }

  /** Whether an EPOLLERR of it is about one datagram and not the end of everything. */
  boolean isDatagram(Fd fd) {
    if (fd.type == Fd.Type.UNKNOWN) {
      // ENOTSOCK: the end of a pipe for instance, whose error is that nobody reads it.
      boolean isDatagram = socketOption(fd.number, typeOption) == datagram;
      fd.type = isDatagram ? Fd.Type.DATAGRAM : Fd.Type.STREAM;
    }
    return fd.type == Fd.Type.DATAGRAM;
  }

  /** Bytes that can be read; 1 for what is ready and does not count in bytes (a listener). */
  long readable(int fd) {
    if (!everything) {
      return 0;
    }
    // EINVAL is a listener's answer, ENOTTY that of a descriptor that cannot tell.
    return kernel.ioctl(fd, readable, value) < 0 ? 1 : Memory.getInt(value);
  }

  /** The errno that a socket failed with. */
  int error(int fd) {
    return everything ? Math.max(0, socketOption(fd, errorOption)) : 0;
  }

  private int socketOption(int fd, int option) {
    Memory.putInt(length, Integer.BYTES);
    int result = kernel.getsockopt(fd, level, option, value, length);
    return result < 0 ? result : Memory.getInt(value);
  }

  void free() {
    NativeMemory.free(value);
  }
}
