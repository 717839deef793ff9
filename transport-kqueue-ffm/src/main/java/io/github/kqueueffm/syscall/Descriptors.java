package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/**
 * Sets the flags that every descriptor of the transport has, and closes and replaces descriptors.
 * Results are 0 or a negative errno.
 */
public final class Descriptors {
  private Descriptors() {}

  /** {@return the flags to add to a socket's type, or 0 where the system has none} */
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

  /** The same for a descriptor whose other status flags belong to its owner and stay. */
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
   * Keeps write and writev from raising SIGPIPE where sockets have the option SO_NOSIGPIPE, which
   * accepted sockets inherit. Elsewhere each call passes MSG_NOSIGNAL.
   */
  static int ignoreSigpipe(Kernel kernel, int fd) {
    Platform platform = kernel.platform();
    if (!platform.has(Constant.SO_NOSIGPIPE)) {
      return 0;
    }
    return setInt(
        kernel, fd, platform.get(Constant.SOL_SOCKET), platform.get(Constant.SO_NOSIGPIPE), 1);
  }

  /** Closes a descriptor of a pipe, an epoll or a kqueue, where only EINTR is expected. */
  public static void close(Kernel kernel, int fd) {
    int result = kernel.close(fd);
    // EINTR: the descriptor is closed nevertheless. A second close could close another file.
    if (result < 0 && !kernel.platform().is(Errno.EINTR, -result)) {
      throw Failures.unexpected(kernel.platform(), "close(" + fd + ")", result);
    }
  }

  /**
   * Whether close(2) has closed a descriptor of any kind. It has with EINTR and EINPROGRESS too:
   * the number may already be in use again.
   */
  public static boolean isClosed(Platform platform, int result) {
    return result >= 0
        || platform.is(Errno.EINTR, -result)
        || platform.is(Errno.EINPROGRESS, -result);
  }

  /** Makes the number {@code onto} refer to the file of {@code fd}, and closes its own file. */
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
   * Whether a reset connection can be the reason. Darwin answers EINVAL to calls on a socket that
   * the peer has reset.
   */
  static boolean isReset(Platform platform, int errno) {
    return platform.is(Errno.EINVAL, errno)
        || platform.is(Errno.ENOTCONN, errno)
        || platform.is(Errno.ECONNRESET, errno);
  }
}
