package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The options that were set on a socket, for the one that takes its place. */
final class GivenOptions {
  private final Map<Key, Setting> given = new LinkedHashMap<>();

  private Integer linger;

  private record Key(int level, int option) {}

  /**
   * An option with its value.
   *
   * @param name for a failure's text
   */
  record Setting(int level, int option, byte[] value, String name) {

    static Setting of(Platform platform, Constant level, Constant option, byte[] value) {
      return new Setting(platform.get(level), platform.get(option), value, level + "/" + option);
    }
  }

  /** SO_LINGER, whose form the systems do not share. */
  void linger(int seconds) {
    linger = seconds;
  }

  void put(Setting setting) {
    given.put(new Key(setting.level, setting.option), setting);
  }

  /**
   * Sets them all on a fresh socket, an option of the other family's level as its counterpart.
   *
   * @throws IOException for one that has none, or that the system refuses there
   */
  void setOn(KernelSocket fresh, Object address) throws IOException {
    Platform platform = fresh.kernel().platform();
    boolean ipv6 = fresh.family() == platform.get(Constant.AF_INET6);
    Constant other = ipv6 ? Constant.IPPROTO_IP : Constant.IPPROTO_IPV6;
    for (Setting setting : given.values()) {
      boolean foreign = setting.level == platform.get(other);
      if (!foreign) {
        fresh.set(setting);
      } else if (!Counterparts.isDefault(platform, setting)) {
        fresh.set(counterpart(platform, setting, ipv6, address));
      }
    }
    if (linger != null) {
      fresh.soLinger(linger);
    }
  }

  private static Setting counterpart(
      Platform platform, Setting setting, boolean ipv6, Object address) throws IOException {
    Setting counterpart = Counterparts.of(platform, setting, ipv6);
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
}
