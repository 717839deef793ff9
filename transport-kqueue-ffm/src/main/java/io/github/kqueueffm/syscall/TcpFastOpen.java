package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.jfr.JfrEvents;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;

/**
 * TCP Fast Open of a client: connectx(2) on macOS, elsewhere sendto(2) on an unconnected socket,
 * with MSG_FASTOPEN on Linux and the option TCP_FASTOPEN on FreeBSD.
 */
public final class TcpFastOpen {
  private TcpFastOpen() {}

  /** Whether the system has Fast Open. The administrator may have switched it off. */
  public static boolean isPossible(Platform platform) {
    return platform.has(Constant.MSG_FASTOPEN)
        || platform.has(Constant.CONNECT_DATA_IDEMPOTENT)
        || platform.system() == OperatingSystem.FREEBSD;
  }

  /**
   * Begins a connect that carries data. Call {@link KernelSocket#finishConnect} when the socket is
   * writable.
   *
   * @param data address of the bytes, not needed after the call
   * @return the number of bytes that the kernel took and will send, now or after the handshake; a
   *     negative number if Fast Open is switched off, in which case no connect has begun
   */
  public static long connect(KernelSocket socket, SocketAddress remote, long data, int length)
      throws IOException {
    // The socket's lock: no other thread closes the descriptor meanwhile.
    synchronized (socket) {
      if (!socket.isOpen()) {
        throw new ClosedChannelException();
      }
      socket.decide(remote);
      long result =
          socket.kernel().platform().has(Constant.CONNECT_DATA_IDEMPOTENT)
              ? connectByConnectx(socket, remote, data, length)
              : connectBySendto(socket, remote, data, length);
      if (result < 0) {
        JfrEvents.fallback(
            "connect with data", "connect", "Fast Open is not supported or switched off", false);
      }
      return result;
    }
  }

  private static long connectBySendto(
      KernelSocket socket, SocketAddress remote, long data, int length) throws IOException {
    Platform platform = socket.kernel().platform();
    if (!platform.has(Constant.MSG_FASTOPEN) && isSwitchedOff(platform, enable(socket))) {
      return -1;
    }
    long result = send(socket, remote, data, length);
    if (platform.is(Errno.EINPROGRESS, (int) -result) || platform.is(Errno.EINTR, (int) -result)) {
      return 0;
    }
    if (result < 0 && !isSwitchedOff(platform, (int) result)) {
      throw Failures.of(platform, "connect", remote, (int) result);
    }
    return result;
  }

  private static int enable(KernelSocket socket) {
    Platform platform = socket.kernel().platform();
    return Descriptors.setInt(
        socket.kernel(),
        socket.fd(),
        platform.get(Constant.IPPROTO_TCP),
        platform.get(Constant.TCP_FASTOPEN),
        1);
  }

  private static long send(KernelSocket socket, SocketAddress remote, long data, int length) {
    Kernel kernel = socket.kernel();
    Platform platform = kernel.platform();
    long memory = NativeMemory.allocate(socket.addressRoom());
    try {
      int size = socket.encode(memory, remote);
      int flags =
          platform.getOr(Constant.MSG_FASTOPEN, 0) | platform.getOr(Constant.MSG_NOSIGNAL, 0);
      return kernel.sendto(socket.fd(), data, length, flags, memory, size);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** EOPNOTSUPP: Linux. EPERM: FreeBSD. ENOPROTOOPT: a FreeBSD kernel built without it. */
  private static boolean isSwitchedOff(Platform platform, int negativeErrno) {
    return platform.is(Errno.EOPNOTSUPP, -negativeErrno)
        || platform.is(Errno.EPERM, -negativeErrno)
        || platform.is(Errno.ENOPROTOOPT, -negativeErrno);
  }

  /**
   * Connects by connectx(2) of macOS.
   *
   * <p>The kernel's behaviour is known from its manual and from xnu's source (connectitx,
   * tcp_usr_connectx_common, sosend); it has not been observed on macOS yet. The bytes that the
   * kernel takes are in the socket's send buffer. TCP puts as many of them into the SYN as a cookie
   * of the peer allows, and sends the rest after the handshake. Where Fast Open is switched off it
   * sends all of them after the handshake, without an error. On a non-blocking socket the answer is
   * EINPROGRESS, together with the number of bytes taken.
   */
  private static long connectByConnectx(
      KernelSocket socket, SocketAddress remote, long data, int length) throws IOException {
    Kernel kernel = socket.kernel();
    Platform platform = kernel.platform();
    Struct endpoints = platform.struct("sa_endpoints");
    int head = endpoints.size() + IovecArray.ENTRY + Long.BYTES;
    long memory = NativeMemory.allocate(head + socket.addressRoom());
    try {
      long parts = memory + endpoints.size();
      long taken = parts + IovecArray.ENTRY;
      long address = memory + head;
      // Without a source address the socket stays bound where it is.
      Memory.putInt(memory + endpoints.offset("sae_dstaddrlen"), socket.encode(address, remote));
      Memory.putLong(memory + endpoints.offset("sae_dstaddr"), address);
      IovecArray.put(parts, data, length);
      int result =
          kernel.connectx(
              socket.fd(),
              memory,
              platform.get(Constant.SAE_ASSOCID_ANY),
              platform.get(Constant.CONNECT_DATA_IDEMPOTENT),
              parts,
              1,
              taken,
              0);
      return outcome(platform, remote, result, Memory.getLong(taken));
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static long outcome(Platform platform, SocketAddress remote, int result, long taken)
      throws IOException {
    // 0 does not mean that the connection is established either: the next event says so.
    if (result == 0 || platform.is(Errno.EINPROGRESS, -result)) {
      return taken;
    }
    if (taken == 0 && isUnsupported(platform, -result)) {
      return -1;
    }
    // EINTR is a failure too, unlike that of connect(2): if it comes before the SYN, no SYN is
    // sent.
    throw Failures.of(platform, "connect", remote, result);
  }

  /**
   * Whether no connect has begun, so that connect(2) can be tried: the function is missing
   * (ENOSYS), or the socket does not support it. If a connect had begun after all, connect(2) would
   * fail with EALREADY, so nothing is sent twice.
   */
  private static boolean isUnsupported(Platform platform, int errno) {
    return platform.is(Errno.ENOSYS, errno)
        || platform.is(Errno.EOPNOTSUPP, errno)
        || platform.is(Errno.ENOTSUP, errno)
        || platform.is(Errno.EINVAL, errno);
  }
}
