package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.io.IOException;

/**
 * Reads and sets the options of a {@link KernelSocket}, whose lock the caller holds, and interprets
 * their failures.
 *
 * <p>Darwin answers EINVAL to every setsockopt once both directions of a socket are shut, which a
 * reset also does. A reset can happen to an accepted connection before its options are set, and is
 * not an error of the server. The errno alone does not distinguish it from a wrong value. But
 * getpeername depends on the same state (EINVAL on Darwin, ENOTCONN on the BSDs and Linux), and
 * unlike reading SO_ERROR it leaves the pending error for the next recv. So a socket that was
 * connected and no longer has a peer is gone.
 */
final class SocketOptions {
  /** Darwin's ticks in a second. */
  private static final int DARWIN_TICKS = 100;

  private SocketOptions() {}

  static String name(int level, int option) {
    return "level " + level + ", option " + option;
  }

  static int getInt(KernelSocket socket, int level, int option, String name) throws IOException {
    long memory = NativeMemory.allocate(Long.BYTES);
    try {
      int length = get(socket, level, option, memory, Integer.BYTES, name);
      // OpenBSD answers IP_MULTICAST_TTL and IP_MULTICAST_LOOP with one byte.
      return length == 1 ? Memory.getByte(memory) & 0xff : Memory.getInt(memory);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** {@return the value, or a fallback if the answer is that errno} */
  static int getIntOr(
      KernelSocket socket, int level, int option, String name, Errno absent, int fallback)
      throws IOException {
    Platform platform = socket.kernel().platform();
    long memory = NativeMemory.allocate(2 * Long.BYTES);
    try {
      long inOut = memory + Long.BYTES;
      Memory.putInt(inOut, Integer.BYTES);
      int result = socket.kernel().getsockopt(socket.fd(), level, option, memory, inOut);
      if (result >= 0) {
        return Memory.getInt(memory);
      }
      if (platform.is(absent, -result)) {
        return fallback;
      }
      throw failure(platform, "getsockopt", name, result);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** {@return the length of the value, which is at {@code memory}} */
  static int get(KernelSocket socket, int level, int option, long memory, int length, String name)
      throws IOException {
    Kernel kernel = socket.kernel();
    long inOut = NativeMemory.allocate(Integer.BYTES);
    try {
      Memory.putInt(inOut, length);
      int result = kernel.getsockopt(socket.fd(), level, option, memory, inOut);
      if (result < 0) {
        throw failure(kernel.platform(), "getsockopt", name, result);
      }
      return Memory.getInt(inOut);
    } finally {
      NativeMemory.free(inOut);
    }
  }

  /** See {@link KernelSocket#soLinger()}. */
  static int soLinger(KernelSocket socket) throws IOException {
    Platform platform = socket.kernel().platform();
    Struct linger = platform.struct("linger");
    long memory = NativeMemory.allocate(linger.size());
    try {
      get(
          socket,
          platform.get(Constant.SOL_SOCKET),
          lingerOption(platform),
          memory,
          linger.size(),
          "SOL_SOCKET/SO_LINGER");
      boolean on = Memory.getInt(memory + linger.offset("l_onoff")) != 0;
      return on ? Memory.getInt(memory + linger.offset("l_linger")) : -1;
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * Sets at most as many seconds as the system can keep; see {@link KernelSocket#soLinger(int)}.
   */
  static boolean soLinger(KernelSocket socket, int seconds) throws IOException {
    Platform platform = socket.kernel().platform();
    Struct linger = platform.struct("linger");
    long memory = NativeMemory.allocate(linger.size());
    try {
      Memory.putInt(memory + linger.offset("l_onoff"), seconds < 0 ? 0 : 1);
      Memory.putInt(
          memory + linger.offset("l_linger"), Math.clamp(seconds, 0, mostLinger(platform)));
      int level = platform.get(Constant.SOL_SOCKET);
      return set(
          socket, level, lingerOption(platform), memory, linger.size(), "SOL_SOCKET/SO_LINGER");
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * The BSDs keep it in a short. Darwin keeps ticks of 10 ms, and a larger number wraps; a wrap to
   * 0 makes close reset the connection. OpenBSD refuses a larger number with EINVAL.
   */
  private static int mostLinger(Platform platform) {
    if (platform.has(Constant.SO_LINGER_SEC)) {
      return Short.MAX_VALUE / DARWIN_TICKS;
    }
    return platform.isLinux() ? Integer.MAX_VALUE : Short.MAX_VALUE;
  }

  /** Darwin's SO_LINGER counts in ticks of 10 ms. */
  private static int lingerOption(Platform platform) {
    return platform.getOr(Constant.SO_LINGER_SEC, platform.get(Constant.SO_LINGER));
  }

  /**
   * Sets an option.
   *
   * @return false if it could not be set because the connection, or its direction, is gone
   */
  static boolean set(
      KernelSocket socket, int level, int option, long memory, int length, String name)
      throws IOException {
    int result = socket.kernel().setsockopt(socket.fd(), level, option, memory, length);
    boolean connected = socket.wasConnected();
    if (connected && isOfShutDirection(socket, level, option, result)) {
      return false;
    }
    boolean set = isSet(socket, name, result);
    if (set && connected && length == Integer.BYTES && Memory.getInt(memory) == 0) {
      cleared(socket, level, option);
    }
    return set;
  }

  /** Whether setsockopt succeeded; false if the connection is gone. */
  static boolean isSet(KernelSocket socket, String option, int result) throws IOException {
    if (result >= 0) {
      return true;
    }
    Platform platform = socket.kernel().platform();
    if (Descriptors.isReset(platform, -result) && socket.isGone()) {
      return false;
    }
    throw failure(platform, "setsockopt", option, result);
  }

  /**
   * Whether the size of a buffer was refused because its direction is shut, by this end or by the
   * peer. OpenBSD answers EINVAL only for that, and never for a size.
   */
  private static boolean isOfShutDirection(KernelSocket socket, int level, int option, int result) {
    Platform platform = socket.kernel().platform();
    return platform.system() == OperatingSystem.OPENBSD
        && platform.is(Errno.EINVAL, -result)
        && level == platform.get(Constant.SOL_SOCKET)
        && (option == platform.get(Constant.SO_RCVBUF)
            || option == platform.get(Constant.SO_SNDBUF));
  }

  /**
   * Completes the clearing of an option of a connection. After TCP_NOPUSH is cleared Darwin holds
   * the last segment for about 5 s more, unless the program sends; a send of 0 bytes is enough.
   */
  private static void cleared(KernelSocket socket, int level, int option) {
    Platform platform = socket.kernel().platform();
    if (platform.system() == OperatingSystem.MACOS
        && level == platform.get(Constant.IPPROTO_TCP)
        && option == platform.get(Constant.TCP_NOPUSH)) {
      sendNothing(socket);
    }
  }

  private static void sendNothing(KernelSocket socket) {
    Kernel kernel = socket.kernel();
    long memory = NativeMemory.allocate(1);
    try {
      // EPIPE, ENOTCONN: the output is shut or the connection gone, so no segment is held. EAGAIN,
      // ENOBUFS: a full socket sends when the peer receives. In each case the option is set.
      kernel.send(socket.fd(), memory, 0, kernel.platform().getOr(Constant.MSG_NOSIGNAL, 0));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * {@return the exception for an option that failed on a socket that is not gone}
   *
   * @throws UnsupportedOperationException instead, if the system does not have the option
   */
  static IOException failure(Platform platform, String call, String option, int negativeErrno) {
    if (platform.is(Errno.ENOPROTOOPT, -negativeErrno)
        || platform.is(Errno.EOPNOTSUPP, -negativeErrno)
        || platform.is(Errno.ENOTSUP, -negativeErrno)) {
      throw new UnsupportedOperationException(
          "the option "
              + option
              + " is not supported on this socket by "
              + platform
              + " ("
              + call
              + ": "
              + Failures.text(platform, negativeErrno)
              + ')');
    }
    return Failures.of(platform, call, option + " on " + platform, negativeErrno);
  }
}
