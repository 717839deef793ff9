package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;

/**
 * TCP Fast Open of a client: connectx(2) on macOS, elsewhere sendto(2) on an unconnected socket,
 * which Linux wants to be told by MSG_FASTOPEN and FreeBSD by the option TCP_FASTOPEN.
 */
public final class TcpFastOpen {
  private TcpFastOpen() {}

  /** Whether the system has it; the administrator can still have it switched off. */
  public static boolean isPossible(Platform platform) {
    return platform.has(Constant.MSG_FASTOPEN)
        || platform.has(Constant.CONNECT_DATA_IDEMPOTENT)
        || platform.system() == OperatingSystem.FREEBSD;
  }

  /**
   * Begins a connect together with data. When the socket is writable, {@link
   * KernelSocket#finishConnect} tells how it went.
   *
   * @param data address of the bytes, not needed after the call
   * @return the bytes that the kernel took and will send, now or after the handshake; a negative
   *     number if the system has it switched off, and then nothing has begun
   */
  public static long connect(KernelSocket socket, SocketAddress remote, long data, int length)
      throws IOException {
    // The socket's own lock: nobody closes the descriptor meanwhile.
    synchronized (socket) {
      if (!socket.isOpen()) {
        throw new ClosedChannelException();
      }
      socket.decide(remote);
      return socket.kernel().platform().has(Constant.CONNECT_DATA_IDEMPOTENT)
          ? Connectx.connect(socket, remote, data, length)
          : connectBySendto(socket, remote, data, length);
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
}
