package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/** The flags that every descriptor of the transport has. Answers are 0 or a negative errno. */
public final class Descriptors {
  private Descriptors() {}

  /** What to add to a socket's type so that it is born with the flags, or 0 where that is not. */
  static int creationFlags(Platform platform) {
    return platform.getOr(Constant.SOCK_NONBLOCK, 0) | platform.getOr(Constant.SOCK_CLOEXEC, 0);
  }

  /**
   * Makes a fresh descriptor non-blocking and close-on-exec. The status flags are set as a whole:
   * an accepted socket inherits O_NONBLOCK and O_ASYNC on macOS and the BSDs, and neither on Linux.
   */
  static int setFlags(Kernel kernel, int fd) {
    Platform platform = kernel.platform();
    int result =
        kernel.fcntl(fd, platform.get(Constant.F_SETFL), platform.get(Constant.O_NONBLOCK));
    return result < 0 ? result : setCloseOnExec(kernel, fd);
  }

  /** The same for a descriptor whose other status flags are its owner's business. */
  static int addFlags(Kernel kernel, int fd) {
    Platform platform = kernel.platform();
    int flags = kernel.fcntl(fd, platform.get(Constant.F_GETFL), 0);
    if (flags < 0) {
      return flags;
    }
    int wanted = flags | platform.get(Constant.O_NONBLOCK);
    int result = flags == wanted ? 0 : kernel.fcntl(fd, platform.get(Constant.F_SETFL), wanted);
    return result < 0 ? result : setCloseOnExec(kernel, fd);
  }

  private static int setCloseOnExec(Kernel kernel, int fd) {
    Platform platform = kernel.platform();
    int result =
        kernel.fcntl(fd, platform.get(Constant.F_SETFD), platform.get(Constant.FD_CLOEXEC));
    return Math.min(result, 0);
  }

  /**
   * Keeps write and writev from raising SIGPIPE, where a socket has that option; elsewhere
   * MSG_NOSIGNAL does it per call. Accepted sockets inherit it.
   */
  static int ignoreSigpipe(Kernel kernel, int fd) {
    Platform platform = kernel.platform();
    if (!platform.has(Constant.SO_NOSIGPIPE)) {
      return 0;
    }
    return setInt(
        kernel, fd, platform.get(Constant.SOL_SOCKET), platform.get(Constant.SO_NOSIGPIPE), 1);
  }

  /** Closes a descriptor of a pipe, an epoll or a kqueue, where no errno but EINTR is expected. */
  public static void close(Kernel kernel, int fd) {
    int result = kernel.close(fd);
    // EINTR: the descriptor is gone all the same, and closing it again could hit another one.
    if (result < 0 && !kernel.platform().is(Errno.EINTR, -result)) {
      throw Failures.unexpected(kernel.platform(), "close(" + fd + ")", result);
    }
  }

  /** Makes a descriptor's number that of another file; what it was is closed. */
  static int replace(Kernel kernel, int fd, int onto) {
    Platform platform = kernel.platform();
    boolean withFlags = kernel.has(Call.DUP3);
    int result;
    do {
      result =
          withFlags
              ? kernel.dup3(fd, onto, platform.get(Constant.O_CLOEXEC))
              : kernel.dup2(fd, onto);
    } while (platform.is(Errno.EINTR, -result));
    return result < 0 || withFlags ? Math.min(result, 0) : setCloseOnExec(kernel, onto);
  }

  /** Whether {@link #replace} is possible. */
  static boolean canReplace(Kernel kernel) {
    return kernel.has(Call.DUP3) || kernel.has(Call.DUP2);
  }

  static int setInt(Kernel kernel, int fd, int level, int option, int value) {
    long memory = NativeMemory.allocate(Integer.BYTES);
    try {
      Memory.putInt(memory, value);
      return kernel.setsockopt(fd, level, option, memory, Integer.BYTES);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * Whether a connection that is gone can be the reason: Darwin answers EINVAL to calls on a socket
   * that the peer has reset.
   */
  static boolean isReset(Platform platform, int errno) {
    return platform.is(Errno.EINVAL, errno)
        || platform.is(Errno.ENOTCONN, errno)
        || platform.is(Errno.ECONNRESET, errno);
  }
}
