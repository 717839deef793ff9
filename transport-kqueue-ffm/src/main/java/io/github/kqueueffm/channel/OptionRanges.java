package io.github.kqueueffm.channel;

import io.netty.channel.ChannelOption;

/** The values that an option takes, where that is known before the kernel is asked. */
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

  private static void require(
      boolean suits, ChannelOption<?> option, Object value, String expected) {
    if (!suits) {
      throw new IllegalArgumentException(
          option.name() + ": " + value + " (expected: " + expected + ')');
    }
  }
}
