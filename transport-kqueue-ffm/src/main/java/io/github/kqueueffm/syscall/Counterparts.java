package io.github.kqueueffm.syscall;

import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IPV6;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Options that IPv4 and IPv6 have both, under names and in forms of their own. */
final class Counterparts {
  private static final int IPV4 = 4;

  private Counterparts() {}

  /** The pairs whose values are the same number. */
  private enum Pair {
    TRAFFIC_CLASS(Constant.IPV6_TCLASS, Constant.IP_TOS, Integer.BYTES),
    HOPS(Constant.IPV6_UNICAST_HOPS, Constant.IP_TTL, Integer.BYTES),
    // One byte for IPv4 is all that every system takes.
    MULTICAST_HOPS(Constant.IPV6_MULTICAST_HOPS, Constant.IP_MULTICAST_TTL, 1),
    MULTICAST_LOOP(Constant.IPV6_MULTICAST_LOOP, Constant.IP_MULTICAST_LOOP, 1),
    DESTINATION(Constant.IPV6_RECVPKTINFO, Constant.IP_RECVDSTADDR, Integer.BYTES);

    final Constant six;
    final Constant four;
    final int width4;

    Pair(Constant six, Constant four, int width4) {
      this.six = six;
      this.four = four;
      this.width4 = width4;
    }
  }

  /** Whether a socket of the other family is as the setting says without it. */
  static boolean isDefault(Platform platform, GivenOptions.Setting setting) {
    return setting.level() == platform.get(IPPROTO_IPV6)
        && is(platform, Constant.IPV6_V6ONLY, setting)
        && number(setting.value()) == 0;
  }

  /**
   * The option of one family for an option of the other.
   *
   * @param ipv6 whether the counterpart is the one of IPv6
   * @return {@code null} if there is none
   */
  static GivenOptions.Setting of(Platform platform, GivenOptions.Setting setting, boolean ipv6)
      throws IOException {
    if (is(platform, ipv6 ? Constant.IP_MULTICAST_IF : Constant.IPV6_MULTICAST_IF, setting)) {
      return ipv6 ? interface6(platform, setting) : interface4(platform, setting);
    }
    for (Pair pair : Pair.values()) {
      if (is(platform, ipv6 ? pair.four : pair.six, setting)
          && platform.has(ipv6 ? pair.six : pair.four)) {
        return ipv6
            ? setting(platform, IPPROTO_IPV6, pair.six, number(setting.value()), Integer.BYTES)
            : setting(platform, IPPROTO_IP, pair.four, number(setting.value()), pair.width4);
      }
    }
    return null;
  }

  private static boolean is(Platform platform, Constant option, GivenOptions.Setting setting) {
    return platform.has(option) && platform.get(option) == setting.option();
  }

  private static GivenOptions.Setting setting(
      Platform platform, Constant level, Constant option, int value, int width) {
    byte[] bytes = width == 1 ? new byte[] {(byte) value} : bytes(value);
    return GivenOptions.Setting.of(platform, level, option, bytes);
  }

  private static GivenOptions.Setting interface4(Platform platform, GivenOptions.Setting setting)
      throws IOException {
    NetworkInterface via = NetworkInterface.getByIndex(number(setting.value()));
    if (via != null && !Multicast.hasIpv4(via)) {
      return null;
    }
    byte[] address = via == null ? new byte[IPV4] : Multicast.ipv4(via).getAddress();
    return GivenOptions.Setting.of(platform, IPPROTO_IP, Constant.IP_MULTICAST_IF, address);
  }

  /** The value is an address, or a struct ip_mreqn, which ends with the interface's index. */
  private static GivenOptions.Setting interface6(Platform platform, GivenOptions.Setting setting)
      throws IOException {
    byte[] value = setting.value();
    if (value.length != IPV4) {
      int index = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt(value.length - IPV4);
      return setting(platform, IPPROTO_IPV6, Constant.IPV6_MULTICAST_IF, index, Integer.BYTES);
    }
    Inet4Address address = (Inet4Address) InetAddress.getByAddress(value);
    NetworkInterface via = NetworkInterface.getByInetAddress(address);
    boolean none = address.isAnyLocalAddress();
    return via == null && !none
        ? null
        : setting(
            platform,
            IPPROTO_IPV6,
            Constant.IPV6_MULTICAST_IF,
            none ? 0 : via.getIndex(),
            Integer.BYTES);
  }

  static byte[] bytes(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static int number(byte[] value) {
    return value.length < Integer.BYTES
        ? value[0] & 0xff
        : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
  }
}
