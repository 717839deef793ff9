package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * A connect that takes data along, by connectx(2) of macOS.
 *
 * <p>What the kernel does is known from its manual and xnu's source (connectitx,
 * tcp_usr_connectx_common, sosend), and has not been seen on macOS yet: what it takes is in the
 * socket's send buffer, of which TCP puts into the SYN what a cookie of the peer allows, and sends
 * the rest after the handshake. Where Fast Open is switched off that is all of it, without an
 * error. A non-blocking socket answers EINPROGRESS, and with it how much was taken.
 */
final class Connectx {
  private Connectx() {}

  /** As {@link TcpFastOpen#connect}; the socket is open and stays so. */
  static long connect(KernelSocket socket, SocketAddress remote, long data, int length)
      throws IOException {
    Kernel kernel = socket.kernel();
    Platform platform = kernel.platform();
    Struct endpoints = platform.struct("sa_endpoints");
    int head = endpoints.size() + IovecArray.ENTRY + Long.BYTES;
    long memory = NativeMemory.allocate(head + socket.addressRoom());
    try {
      long parts = memory + endpoints.size();
      long taken = parts + IovecArray.ENTRY;
      long address = memory + head;
      // No source: what the socket is bound to stays.
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
    // Also 0 does not say that the connection is there: the next event does.
    if (result == 0 || platform.is(Errno.EINPROGRESS, -result)) {
      return taken;
    }
    if (taken == 0 && isRefused(platform, -result)) {
      return -1;
    }
    // EINTR too, unlike that of connect(2): it may have come before the SYN, which then never goes.
    throw Failures.of(platform, "connect", remote, result);
  }

  /**
   * Whether nothing has begun, so that connect(2) may say more: the function is missing (ENOSYS),
   * or the socket cannot do that. Had a connect begun all the same, connect(2) would fail with
   * EALREADY, so nothing can be sent twice.
   */
  private static boolean isRefused(Platform platform, int errno) {
    return platform.is(Errno.ENOSYS, errno)
        || platform.is(Errno.EOPNOTSUPP, errno)
        || platform.is(Errno.ENOTSUP, errno)
        || platform.is(Errno.EINVAL, errno);
  }
}
