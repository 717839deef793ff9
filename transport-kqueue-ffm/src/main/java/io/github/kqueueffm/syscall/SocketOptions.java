package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.io.IOException;

/**
 * Options of one socket, and what their failures mean.
 *
 * <p>Darwin answers EINVAL to every setsockopt once both directions of a socket are shut, as a
 * reset does it. That can happen to an accepted connection before its options are set, and is not
 * an error of the server. The errno alone does not tell it from a wrong value; but getpeername goes
 * by the same state (EINVAL there, ENOTCONN on the BSDs and Linux), and unlike reading SO_ERROR it
 * leaves the pending error for the next recv. So a socket is dead that was connected once and has
 * no peer any more.
 */
final class SocketOptions {
  /** Of a second. */
  private static final int DARWIN_TICKS = 100;

  private final Kernel kernel;
  private final Platform platform;
  private final int fd;

  SocketOptions(Kernel kernel, int fd) {
    this.kernel = kernel;
    this.platform = kernel.platform();
    this.fd = fd;
  }

  static String name(int level, int option) {
    return "level " + level + ", option " + option;
  }

  int getInt(int level, int option, String name) throws IOException {
    long memory = NativeMemory.allocate(Long.BYTES);
    try {
      int length = get(level, option, memory, Integer.BYTES, name);
      // OpenBSD answers IP_MULTICAST_TTL and IP_MULTICAST_LOOP with one byte.
      return length == 1 ? Memory.getByte(memory) & 0xff : Memory.getInt(memory);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** The same; a fallback where the answer is that errno. */
  int getIntOr(int level, int option, String name, Errno absent, int fallback) throws IOException {
    long memory = NativeMemory.allocate(2 * Long.BYTES);
    try {
      long inOut = memory + Long.BYTES;
      Memory.putInt(inOut, Integer.BYTES);
      int result = kernel.getsockopt(fd, level, option, memory, inOut);
      if (result >= 0) {
        return Memory.getInt(memory);
      }
      if (platform.is(absent, -result)) {
        return fallback;
      }
      throw failure("getsockopt", name, result);
    } finally {
      NativeMemory.free(memory);
    }
  }

  int getBytes(int level, int option, long memory, int length) throws IOException {
    return get(level, option, memory, length, name(level, option));
  }

  private int get(int level, int option, long memory, int length, String name) throws IOException {
    long inOut = NativeMemory.allocate(Integer.BYTES);
    try {
      Memory.putInt(inOut, length);
      int result = kernel.getsockopt(fd, level, option, memory, inOut);
      if (result < 0) {
        throw failure("getsockopt", name, result);
      }
      return Memory.getInt(inOut);
    } finally {
      NativeMemory.free(inOut);
    }
  }

  int soLinger() throws IOException {
    Struct linger = platform.struct("linger");
    long memory = NativeMemory.allocate(linger.size());
    try {
      get(
          platform.get(Constant.SOL_SOCKET),
          lingerOption(),
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
   * Sets as many seconds as the system can keep, at most.
   *
   * @return 0 or the negative errno
   */
  int setLinger(int seconds) {
    Struct linger = platform.struct("linger");
    long memory = NativeMemory.allocate(linger.size());
    try {
      Memory.putInt(memory + linger.offset("l_onoff"), seconds < 0 ? 0 : 1);
      Memory.putInt(memory + linger.offset("l_linger"), Math.clamp(seconds, 0, mostLinger()));
      int level = platform.get(Constant.SOL_SOCKET);
      return kernel.setsockopt(fd, level, lingerOption(), memory, linger.size());
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * The BSDs keep it in a short: Darwin in ticks of 10 ms, of which more wrap round, perhaps to 0,
   * which is a reset; OpenBSD refuses more with EINVAL.
   */
  private int mostLinger() {
    if (platform.has(Constant.SO_LINGER_SEC)) {
      return Short.MAX_VALUE / DARWIN_TICKS;
    }
    return platform.isLinux() ? Integer.MAX_VALUE : Short.MAX_VALUE;
  }

  /** Darwin's SO_LINGER counts in ticks of 10 ms. */
  private int lingerOption() {
    return platform.getOr(Constant.SO_LINGER_SEC, platform.get(Constant.SO_LINGER));
  }

  /**
   * Whether the size of a buffer was refused because its direction is shut, by this end or by the
   * peer's: OpenBSD answers EINVAL for that, and for no size.
   */
  boolean isOfShutDirection(int level, int option, int result) {
    return platform.system() == OperatingSystem.OPENBSD
        && platform.is(Errno.EINVAL, -result)
        && level == platform.get(Constant.SOL_SOCKET)
        && (option == platform.get(Constant.SO_RCVBUF)
            || option == platform.get(Constant.SO_SNDBUF));
  }

  /**
   * An option of a connection was switched off. Darwin goes on to hold the segment that TCP_NOPUSH
   * has held, for some 5 s, unless something is sent: no bytes are enough.
   */
  void cleared(int level, int option) {
    if (platform.system() == OperatingSystem.MACOS
        && level == platform.get(Constant.IPPROTO_TCP)
        && option == platform.get(Constant.TCP_NOPUSH)) {
      sendNothing();
    }
  }

  private void sendNothing() {
    long memory = NativeMemory.allocate(1);
    try {
      // EPIPE, ENOTCONN: the output is shut or the connection gone, which held nothing back or has
      // lost it. EAGAIN, ENOBUFS: a full socket sends as the peer takes. The option is set anyhow.
      kernel.send(fd, memory, 0, platform.getOr(Constant.MSG_NOSIGNAL, 0));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** {@return 1 if there is input, 0 at its end, or the negative errno that a recv would have} */
  int peek() {
    long memory = NativeMemory.allocate(1);
    try {
      return (int) kernel.recv(fd, memory, 1, platform.get(Constant.MSG_PEEK));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * What to throw for an option that failed on a socket that lives.
   *
   * @throws UnsupportedOperationException instead, if the system does not have the option
   */
  IOException failure(String call, String option, int negativeErrno) {
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
