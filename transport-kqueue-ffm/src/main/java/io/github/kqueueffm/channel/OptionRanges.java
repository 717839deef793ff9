package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.netty.channel.ChannelOption;

/** The values that an option takes, as far as they are known. */
final class OptionRanges {
  private static final int MOST_TRAFFIC_CLASS = 0xff;

  private OptionRanges() {}

  /**
   * Refuses what the JDK's own sockets refuse. A kernel need not: Linux takes a negative size for
   * the largest one, and the low bits of a traffic class for all of it.
   *
   * @throws IllegalArgumentException with the option's name and what it takes
   */
  static void check(ChannelOption<?> option, Object value) {
    if (option == ChannelOption.SO_RCVBUF || option == ChannelOption.SO_SNDBUF) {
      require((Integer) value >= 0, option, value, "0 or more bytes");
    } else if (option == ChannelOption.IP_TOS) {
      int trafficClass = (Integer) value;
      require(
          trafficClass >= 0 && trafficClass <= MOST_TRAFFIC_CLASS,
          option,
          value,
          "0 to " + MOST_TRAFFIC_CLASS);
    }
  }

  /**
   * The values that a kernel takes, in brackets and after a space; empty where they are not known.
   *
   * @param name what the kernel calls the option
   */
  static String expected(Platform platform, Constant name) {
    String range = platform.isLinux() ? onLinux(name) : null;
    return range == null ? "" : " (expected: " + range + ')';
  }

  private static String onLinux(Constant name) {
    return switch (name) {
      case TCP_KEEPIDLE, TCP_KEEPINTVL -> "1 to 32767 seconds";
      case TCP_KEEPCNT -> "1 to 127";
      case TCP_USER_TIMEOUT -> "0 or more milliseconds";
      case TCP_MAXSEG -> "88 to 32767 bytes, or 0";
      case SO_BUSY_POLL -> "0 or more microseconds; to raise it takes privileges";
      default -> null;
    };
  }

  private static void require(
      boolean suits, ChannelOption<?> option, Object value, String expected) {
    if (!suits) {
      throw new IllegalArgumentException(
          OptionTypes.name(option) + ": " + value + " (expected: " + expected + ')');
    }
  }
}
