package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/** Asks the kernel about a descriptor that has become ready. */
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
   * @param everything whether to ask also for the bytes and the errno, which costs a call per
   *     event; reading the errno takes it from the socket
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

  /** Whether an EPOLLERR of the descriptor concerns one datagram and does not end the stream. */
  boolean isDatagram(Fd fd) {
    if (fd.type == Fd.Type.UNKNOWN) {
      // ENOTSOCK: for example the write end of a pipe, whose error is that its reader is gone.
      boolean isDatagram = socketOption(fd.number, typeOption) == datagram;
      fd.type = isDatagram ? Fd.Type.DATAGRAM : Fd.Type.STREAM;
    }
    return fd.type == Fd.Type.DATAGRAM;
  }

  /**
   * {@return the bytes that can be read, or 1 for a ready descriptor that does not count bytes,
   * such as a listener}
   */
  long readable(int fd) {
    if (!everything) {
      return 0;
    }
    // EINVAL: a listener. ENOTTY: a descriptor that does not know FIONREAD.
    return kernel.ioctl(fd, readable, value) < 0 ? 1 : Memory.getInt(value);
  }

  /** {@return the errno with which a socket failed, or 0} */
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
