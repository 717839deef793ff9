package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IPV6;
import static io.github.kqueueffm.abi.Constant.IPPROTO_TCP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_UDP;
import static io.github.kqueueffm.abi.Constant.SOL_LOCAL;
import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.simulation.SocketOption.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The options that a system has, by their numbers. */
final class OptionTable {
  private final int socketLevel;
  private final int localLevel;
  private final int tcpLevel;
  private final int udpLevel;
  private final int ipLevel;
  private final int ipv6Level;
  private final Map<Level, Map<Integer, SocketOption>> options = new EnumMap<>(Level.class);

  OptionTable(Platform platform) {
    socketLevel = platform.get(SOL_SOCKET);
    // DragonFly has options of this level and no name for it.
    localLevel = platform.getOr(SOL_LOCAL, 0);
    tcpLevel = platform.get(IPPROTO_TCP);
    udpLevel = platform.get(IPPROTO_UDP);
    ipLevel = platform.get(IPPROTO_IP);
    ipv6Level = platform.get(IPPROTO_IPV6);
    for (Level level : Level.values()) {
      options.put(level, new HashMap<>());
    }
    for (SocketOption option : SocketOption.values()) {
      if (platform.has(option.constant)) {
        for (Level level : levels(option)) {
          options.get(level).put(platform.get(option.constant), option);
        }
      }
    }
  }

  private static List<Level> levels(SocketOption option) {
    return option.level == Level.ANY_IP ? List.of(Level.IP, Level.IPV6) : List.of(option.level);
  }

  /**
   * {@return the level of that number}, which means local sockets or IPv4 if both have one; {@code
   * null} if it is none of these
   */
  Level level(int number, boolean local) {
    if (number == socketLevel) {
      return Level.SOCKET;
    }
    if (local) {
      return number == localLevel ? Level.LOCAL : null;
    }
    if (number == tcpLevel) {
      return Level.TCP;
    }
    if (number == udpLevel) {
      return Level.UDP;
    }
    if (number == ipLevel) {
      return Level.IP;
    }
    return number == ipv6Level ? Level.IPV6 : null;
  }

  /** {@return the option, or {@code null} if the system does not have it} */
  SocketOption find(Level level, int number) {
    return options.get(level).get(number);
  }

  /** {@return all options that a system has} */
  List<SocketOption> all() {
    List<SocketOption> all = new ArrayList<>();
    for (SocketOption option : SocketOption.values()) {
      if (options.values().stream().anyMatch(of -> of.containsValue(option))) {
        all.add(option);
      }
    }
    return all;
  }
}
