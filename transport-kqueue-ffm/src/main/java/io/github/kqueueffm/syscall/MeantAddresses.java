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
 * What an address means that the kernels do not take, or not all of them: the same as for Java's
 * own sockets. Nothing here looks a name up.
 */
public final class MeantAddresses {
  private static final InetAddress LOOPBACK4 = address(127, 0, 0, 1);
  private static final InetAddress LOOPBACK6 =
      address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

  private MeantAddresses() {}

  /**
   * A link-local address of this machine.
   *
   * @param isWay whether its interface leads to other machines
   */
  record Own(Inet6Address address, boolean isWay) {}

  /** Whether the kernel can be given another address, in connect or send. */
  public static boolean isVague(InetAddress ip) {
    return ip.isAnyLocalAddress() || lacksScope(ip);
  }

  /** Whether it is an address of one link, and the link is not said. */
  static boolean lacksScope(InetAddress ip) {
    return ip instanceof Inet6Address six && six.isLinkLocalAddress() && six.getScopeId() == 0;
  }

  /**
   * Where a connect or send to that address goes. A wildcard is the loopback address of the same
   * family: kernels differ on it (FreeBSD 15: ENETUNREACH, OpenBSD: EINVAL, NetBSD: EHOSTUNREACH).
   * A link-local address has the scope of the one interface that can be meant; if there are none or
   * several, it stays as it is for the kernel to judge.
   */
  static InetAddress remote(InetAddress ip) {
    if (ip.isAnyLocalAddress()) {
      return ip instanceof Inet4Address ? LOOPBACK4 : LOOPBACK6;
    }
    return lacksScope(ip) ? scoped((Inet6Address) ip, own(), true) : ip;
  }

  /** Where a bind to that address goes: a link-local address has the scope of its interface. */
  static InetSocketAddress local(InetSocketAddress local) {
    InetAddress ip = local.getAddress();
    return ip == null || !lacksScope(ip)
        ? local
        : new InetSocketAddress(scoped((Inet6Address) ip, own(), false), local.getPort());
  }

  /**
   * The address with a scope.
   *
   * @param remote whether it may be of another machine
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
      // An interface that has just gone. The kernel then refuses the address, with its reason.
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
