package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Whether a kernel sends a buffer as several datagrams of one size (UDP_SEGMENT, Linux 4.18 and
 * newer; udp(7)).
 */
public final class UdpSegmentation {
  private static final Map<Kernel, Boolean> KNOWN =
      Collections.synchronizedMap(new WeakHashMap<>());

  private UdpSegmentation() {}

  /**
   * {@return whether a kernel can do it} The first call asks it with one socket. While no socket
   * can be opened the answer is no, and the next call asks again.
   */
  public static boolean isSupported(Kernel kernel) {
    Boolean known = known(kernel);
    return known != null ? known : probe(kernel);
  }

  /**
   * The same, asked of a socket of that kernel. If the socket cannot answer, the answer is yes, and
   * a send fails with the reason.
   */
  public static boolean isSupported(KernelSocket socket) {
    Boolean known = known(socket.kernel());
    try {
      return known != null ? known : ask(socket);
    } catch (IOException e) {
      return true;
    }
  }

  /** {@return the answer, or {@code null} while no socket has given it} */
  private static Boolean known(Kernel kernel) {
    return kernel.platform().has(Constant.UDP_SEGMENT) ? KNOWN.get(kernel) : Boolean.FALSE;
  }

  private static boolean probe(Kernel kernel) {
    int type = kernel.platform().get(Constant.SOCK_DGRAM);
    try {
      KernelSocket socket = KernelSocket.open(kernel, KernelSocket.preferredFamily(kernel), type);
      try {
        return ask(socket);
      } finally {
        socket.close();
      }
    } catch (IOException e) {
      // No descriptor is free, or a policy forbids the socket.
      return false;
    }
  }

  private static boolean ask(KernelSocket socket) throws IOException {
    boolean supported;
    try {
      socket.getInt(Constant.IPPROTO_UDP, Constant.UDP_SEGMENT);
      supported = true;
    } catch (UnsupportedOperationException e) {
      // ENOPROTOOPT: Linux before 4.18.
      supported = false;
    }
    KNOWN.put(socket.kernel(), supported);
    return supported;
  }
}
