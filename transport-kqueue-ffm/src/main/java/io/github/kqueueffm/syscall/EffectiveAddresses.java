package io.github.kqueueffm.syscall;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses that bind, connect and send use in place of those that no kernel, or not every
 * kernel, accepts. The replacements are those of Java's own sockets. No method looks up a name.
 */
public final class EffectiveAddresses {
  private static final InetAddress ANY4 = address(0, 0, 0, 0);
  private static final InetAddress ANY6 = address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  private static final InetAddress LOOPBACK4 = address(127, 0, 0, 1);
  private static final InetAddress LOOPBACK6 =
      address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

  private EffectiveAddresses() {}

  /**
   * A link-local address of this machine.
   *
   * @param isWay whether its interface leads to other machines
   */
  record Own(Inet6Address address, boolean isWay) {}

  /** Whether connect and send may use another address in place of this one. */
  public static boolean isReplaced(InetAddress ip) {
    return ip.isAnyLocalAddress() || lacksScope(ip);
  }

  /** Whether it is a link-local address without a scope. */
  static boolean lacksScope(InetAddress ip) {
    return ip instanceof Inet6Address six && six.isLinkLocalAddress() && six.getScopeId() == 0;
  }

  /**
   * {@return the address that connect and send use} For the wildcard that is the loopback address
   * of the same family, because kernels differ (FreeBSD 15: ENETUNREACH, OpenBSD: EINVAL, NetBSD:
   * EHOSTUNREACH). A link-local address gets the scope of the only interface that is possible. If
   * no interface or several are possible, the address does not change, and the kernel decides.
   */
  static InetAddress remote(InetAddress ip) {
    if (ip.isAnyLocalAddress()) {
      return ip instanceof Inet4Address ? LOOPBACK4 : LOOPBACK6;
    }
    return lacksScope(ip) ? scoped((Inet6Address) ip, own(), true) : ip;
  }

  /**
   * {@return the address that bind uses} A link-local address gets the scope of its interface.
   *
   * @param ipv6 whether the socket is of IPv6, where the IPv4 wildcard, which Java also has for a
   *     port alone, means all that the socket carries
   */
  static InetSocketAddress local(InetSocketAddress local, boolean ipv6) {
    InetAddress ip = local.getAddress();
    if (ipv6 && ip instanceof Inet4Address && ip.isAnyLocalAddress()) {
      return wildcard(true, local.getPort());
    }
    return ip == null || !lacksScope(ip)
        ? local
        : new InetSocketAddress(scoped((Inet6Address) ip, own(), false), local.getPort());
  }

  /** {@return the wildcard address of IPv6 or IPv4} */
  static InetSocketAddress wildcard(boolean ipv6, int port) {
    return new InetSocketAddress(ipv6 ? ANY6 : ANY4, port);
  }

  /**
   * {@return the address with a scope if only one is possible}
   *
   * @param remote whether it may be an address of another machine
   */
  static Inet6Address scoped(Inet6Address ip, List<Own> all, boolean remote) {
    boolean isOwn = all.stream().anyMatch(own -> own.address().equals(ip));
    int[] scopes =
        all.stream()
            .filter(own -> isOwn ? own.address().equals(ip) : remote && own.isWay())
            .mapToInt(own -> own.address().getScopeId())
            .distinct()
            .toArray();
    return scopes.length == 1 ? withScope(ip, scopes[0]) : ip;
  }

  private static Inet6Address withScope(Inet6Address ip, int scope) {
    try {
      return Inet6Address.getByAddress(null, ip.getAddress(), scope);
    } catch (UnknownHostException e) {
      throw new AssertionError("16 bytes are an address", e);
    }
  }

  private static List<Own> own() {
    List<Own> all = new ArrayList<>();
    try {
      for (NetworkInterface via : NetworkInterface.networkInterfaces().toList()) {
        boolean isWay = via.isUp() && !via.isLoopback();
        via.inetAddresses()
            .filter(ip -> ip.isLinkLocalAddress() && ip instanceof Inet6Address)
            .map(Inet6Address.class::cast)
            .filter(ip -> ip.getScopeId() != 0)
            .forEach(ip -> all.add(new Own(ip, isWay)));
      }
    } catch (SocketException e) {
      // An interface has just disappeared. The kernel then refuses the address, with its reason.
      return List.of();
    }
    return all;
  }

  private static InetAddress address(int... numbers) {
    byte[] bytes = new byte[numbers.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) numbers[i];
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }
}
