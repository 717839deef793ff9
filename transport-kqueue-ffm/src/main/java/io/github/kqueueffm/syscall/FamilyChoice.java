package io.github.kqueueffm.syscall;

import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IPV6;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a socket for addresses of any family until one address decides the family: the
 * options that were set, and whether it is bound. A socket of another family that replaces it gets
 * them, with options of IPv4 translated into those of IPv6 or back.
 */
final class FamilyChoice {
  private static final int IPV4 = 4;

  private final boolean listens;
  private final Map<Key, Setting> options = new LinkedHashMap<>();
  private Integer linger;
  private boolean bound;
  private Runnable beforeReplacement = () -> {};

  private record Key(int level, int option) {}

  /**
   * An option with its value.
   *
   * @param name the option's name for the message of a failure
   */
  record Setting(int level, int option, byte[] value, String name) {

    static Setting of(Platform platform, Constant level, Constant option, byte[] value) {
      return new Setting(platform.get(level), platform.get(option), value, level + "/" + option);
    }
  }

  /** Options of IPv6 and IPv4 whose values are the same number. */
  private enum Pair {
    TRAFFIC_CLASS(Constant.IPV6_TCLASS, Constant.IP_TOS, Integer.BYTES),
    HOPS(Constant.IPV6_UNICAST_HOPS, Constant.IP_TTL, Integer.BYTES),
    // For IPv4 every system takes one byte, and not every system an int.
    MULTICAST_HOPS(Constant.IPV6_MULTICAST_HOPS, Constant.IP_MULTICAST_TTL, 1),
    MULTICAST_LOOP(Constant.IPV6_MULTICAST_LOOP, Constant.IP_MULTICAST_LOOP, 1),
    MULTICAST_ALL(Constant.IPV6_MULTICAST_ALL, Constant.IP_MULTICAST_ALL, Integer.BYTES),
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

  /**
   * @param listens whether a wildcard address decides too, because a listener stays bound to it
   */
  FamilyChoice(boolean listens) {
    this.listens = listens;
  }

  boolean listens() {
    return listens;
  }

  /** Whether it is bound to the wildcard address; any other address would have decided. */
  boolean isBound() {
    return bound;
  }

  void bound(boolean bound) {
    this.bound = bound;
  }

  void beforeReplacement(Runnable action) {
    beforeReplacement = action;
  }

  /** Announces that the descriptor is about to become another socket. */
  void replacing() {
    beforeReplacement.run();
  }

  /** Remembers SO_LINGER, whose form differs between the systems. */
  void rememberLinger(int seconds) {
    linger = seconds;
  }

  void remember(int level, int option, long memory, int length, String name) {
    byte[] value = new byte[length];
    Memory.copy(memory, value, 0, length);
    options.put(new Key(level, option), new Setting(level, option, value, name));
  }

  /**
   * Sets all remembered options on a fresh socket. An option of the other family's level becomes
   * its counterpart.
   *
   * @throws IOException for an option that has no counterpart, or that the system refuses
   */
  void setOptionsOn(KernelSocket fresh, Object address) throws IOException {
    Platform platform = fresh.kernel().platform();
    boolean ipv6 = fresh.isIpv6();
    Constant other = ipv6 ? Constant.IPPROTO_IP : Constant.IPPROTO_IPV6;
    for (Setting setting : options.values()) {
      boolean foreign = setting.level == platform.get(other);
      if (!foreign) {
        fresh.set(setting);
      } else if (!isDefault(platform, setting)) {
        fresh.set(requireCounterpart(platform, setting, ipv6, address));
      }
    }
    if (linger != null) {
      fresh.soLinger(linger);
    }
  }

  private static Setting requireCounterpart(
      Platform platform, Setting setting, boolean ipv6, Object address) throws IOException {
    Setting counterpart = counterpart(platform, setting, ipv6);
    if (counterpart == null) {
      throw new SocketException(
          "the socket for "
              + address
              + " would lose the option "
              + setting.name
              + ", which has no counterpart for "
              + (ipv6 ? "IPv6" : "IPv4")
              + "; create the channel with SocketProtocolFamily."
              + (ipv6 ? "INET6" : "INET")
              + " and without it");
    }
    return counterpart;
  }

  /** Whether a socket of the other family behaves so without the setting. */
  private static boolean isDefault(Platform platform, Setting setting) {
    return setting.level() == platform.get(IPPROTO_IPV6)
        && is(platform, Constant.IPV6_V6ONLY, setting)
        && number(setting.value()) == 0;
  }

  /**
   * {@return the option of one family that corresponds to an option of the other, or {@code null}
   * if there is none}
   *
   * @param ipv6 whether the counterpart is an option of IPv6
   */
  private static Setting counterpart(Platform platform, Setting setting, boolean ipv6)
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

  private static boolean is(Platform platform, Constant option, Setting setting) {
    return platform.has(option) && platform.get(option) == setting.option();
  }

  private static Setting setting(
      Platform platform, Constant level, Constant option, int value, int width) {
    byte[] bytes = width == 1 ? new byte[] {(byte) value} : bytes(value);
    return Setting.of(platform, level, option, bytes);
  }

  private static Setting interface4(Platform platform, Setting setting) throws IOException {
    NetworkInterface via = NetworkInterface.getByIndex(number(setting.value()));
    if (via != null && !Multicast.hasIpv4(via)) {
      return null;
    }
    byte[] address = via == null ? new byte[IPV4] : Multicast.ipv4(via).getAddress();
    return Setting.of(platform, IPPROTO_IP, Constant.IP_MULTICAST_IF, address);
  }

  /** The value is an address, or a struct ip_mreqn, whose last field is the interface's index. */
  private static Setting interface6(Platform platform, Setting setting) throws IOException {
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

  private static byte[] bytes(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static int number(byte[] value) {
    return value.length < Integer.BYTES
        ? value[0] & 0xff
        : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
  }
}
