package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Multicast;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Enumeration;

/**
 * How the value of a socket option is read from a socket and written to it.
 *
 * <p>This is an enum with switches because a start loads it as one class. Two lambdas for each
 * codec would take 1.6 ms of a start's CPU time, and a class for each 0.3 ms.
 */
enum OptionCodec {
  INTEGER(Integer.class),
  /** An int that the kernel takes as unsigned. */
  UNSIGNED(Long.class),
  /** On for every number but 0: OpenBSD and DragonFly answer with the bit of the option. */
  BOOLEAN(Boolean.class),
  /**
   * SO_REUSEADDR of a datagram socket. On Linux it lets sockets share a port. Elsewhere that takes
   * SO_REUSEPORT too, which the JDK's DatagramChannel sets with it on macOS and the BSDs.
   */
  SHARED_PORT(Boolean.class),
  /** Seconds, or -1. */
  LINGER(Integer.class),
  /** IP_TOS of IPv4 and IPV6_TCLASS of IPv6, the same byte of a header. */
  TRAFFIC_CLASS(Integer.class),
  MULTICAST_TTL(Integer.class),
  /** Netty's option is the opposite of the kernel's. */
  MULTICAST_LOOP_DISABLED(Boolean.class),
  /** Linux has an option for each family, and a socket of both families needs both. */
  MULTICAST_ALL(Boolean.class),
  MULTICAST_INTERFACE(NetworkInterface.class),
  /** The interface, given by one of its addresses. */
  MULTICAST_INTERFACE_ADDRESS(InetAddress.class);

  private static final long UNSIGNED_MASK = 0xffff_ffffL;

  private final Class<?> type;

  OptionCodec(Class<?> type) {
    this.type = type;
  }

  /** The class of the values. */
  Class<?> type() {
    return type;
  }

  /** The value of a connection that is gone and whose kernel no longer reports the option. */
  Object whenGone() {
    return switch (this) {
      case INTEGER, TRAFFIC_CLASS -> 0;
      case UNSIGNED -> 0L;
      case BOOLEAN, SHARED_PORT, MULTICAST_LOOP_DISABLED, MULTICAST_ALL -> false;
      case LINGER -> -1;
      case MULTICAST_TTL -> 1;
      case MULTICAST_INTERFACE, MULTICAST_INTERFACE_ADDRESS -> null;
    };
  }

  Object get(KernelSocket socket, Constant level, Constant name) throws IOException {
    return switch (this) {
      case INTEGER -> socket.getInt(level, name);
      case UNSIGNED -> socket.getInt(level, name) & UNSIGNED_MASK;
      case BOOLEAN, SHARED_PORT, MULTICAST_ALL -> socket.getInt(level, name) != 0;
      case LINGER -> socket.soLinger();
      case TRAFFIC_CLASS ->
          socket.isIpv6()
              ? socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS)
              : socket.getInt(level, name);
      case MULTICAST_TTL -> new Multicast(socket).timeToLive();
      case MULTICAST_LOOP_DISABLED -> !new Multicast(socket).loopback();
      case MULTICAST_INTERFACE -> new Multicast(socket).networkInterface();
      case MULTICAST_INTERFACE_ADDRESS -> firstAddress(new Multicast(socket).networkInterface());
    };
  }

  /**
   * Writes a value of this codec's type.
   *
   * @return false if the connection is gone, so that the value makes no difference any more
   */
  boolean set(KernelSocket socket, Constant level, Constant name, Object value) throws IOException {
    return switch (this) {
      case INTEGER -> socket.setInt(level, name, (Integer) value);
      case UNSIGNED -> socket.setInt(level, name, ((Long) value).intValue());
      case BOOLEAN -> setBoolean(socket, level, name, value);
      case SHARED_PORT -> setSharedPort(socket, level, name, value);
      case LINGER -> socket.soLinger((Integer) value);
      case TRAFFIC_CLASS -> setTrafficClass(socket, level, name, (Integer) value);
      case MULTICAST_TTL -> new Multicast(socket).timeToLive((Integer) value);
      case MULTICAST_LOOP_DISABLED -> new Multicast(socket).loopback(!(Boolean) value);
      case MULTICAST_ALL -> setMulticastAll(socket, level, name, value);
      case MULTICAST_INTERFACE -> new Multicast(socket).networkInterface((NetworkInterface) value);
      case MULTICAST_INTERFACE_ADDRESS ->
          new Multicast(socket).networkInterface(interfaceWith((InetAddress) value));
    };
  }

  private static boolean setBoolean(
      KernelSocket socket, Constant level, Constant name, Object value) throws IOException {
    return socket.setInt(level, name, (Boolean) value ? 1 : 0);
  }

  private static boolean setSharedPort(
      KernelSocket socket, Constant level, Constant name, Object value) throws IOException {
    boolean set =
        socket.kernel().platform().isLinux()
            || setBoolean(socket, level, Constant.SO_REUSEPORT, value);
    return set && setBoolean(socket, level, name, value);
  }

  private static boolean setTrafficClass(
      KernelSocket socket, Constant level, Constant name, int value) throws IOException {
    if (!socket.isIpv6()) {
      return socket.setInt(level, name, value);
    }
    boolean set = socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS, value);
    // Linux marks the IPv4 packets of a dual-stack socket by IP_TOS. The BSDs refuse IP_TOS on an
    // IPv6 socket, and mark them by the option above.
    if (set && !socket.isV6Only() && socket.kernel().platform().isLinux()) {
      return socket.setInt(level, name, value);
    }
    return set;
  }

  private static boolean setMulticastAll(
      KernelSocket socket, Constant level, Constant name, Object value) throws IOException {
    boolean set = setBoolean(socket, level, name, value);
    return socket.isIpv6()
        ? set && setBoolean(socket, Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_ALL, value)
        : set;
  }

  private static InetAddress firstAddress(NetworkInterface networkInterface) {
    if (networkInterface == null) {
      return null;
    }
    Enumeration<InetAddress> addresses = networkInterface.getInetAddresses();
    return addresses.hasMoreElements() ? addresses.nextElement() : null;
  }

  private static NetworkInterface interfaceWith(InetAddress address) throws SocketException {
    NetworkInterface networkInterface = NetworkInterface.getByInetAddress(address);
    if (networkInterface == null) {
      throw new SocketException("no interface has the address " + address.getHostAddress());
    }
    return networkInterface;
  }
}
