package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** A channel option that is a socket option: its names in the kernels, and its codec. */
final class KernelOption<T> implements OptionTable.Row<T> {
  private final ChannelOption<T> option;
  private final OptionCodec codec;
  private final Set<OptionTable.Kind> channels;
  private final Constant level;
  private final Constant[] names;

  // Set while the table is made, and never after.
  private OperatingSystem missingSystem;
  private long least = Long.MIN_VALUE;
  private long most = Long.MAX_VALUE;
  private String expected;
  private String expectedOnLinux;

  /**
   * @param names the names that systems have for it, the best one first
   */
  KernelOption(
      ChannelOption<T> option,
      OptionCodec codec,
      Set<OptionTable.Kind> channels,
      Constant level,
      Constant... names) {
    this.option = option;
    this.codec = codec;
    this.channels = channels;
    this.level = level;
    this.names = names;
  }

  /** Excludes a system whose headers have the option and whose kernel refuses it. */
  KernelOption<T> notOn(OperatingSystem system) {
    missingSystem = system;
    return this;
  }

  /**
   * Refuses other numbers before the kernel is asked, as the JDK's own sockets do. A kernel need
   * not refuse them: Linux takes a negative size as the largest one, and only the low bits of a
   * traffic class.
   */
  KernelOption<T> between(long least, long most, String expected) {
    this.least = least;
    this.most = most;
    this.expected = expected;
    return this;
  }

  /** Says which values Linux takes, for the message when it refuses one. */
  KernelOption<T> expectedOnLinux(String expected) {
    expectedOnLinux = expected;
    return this;
  }

  @Override
  public ChannelOption<T> option() {
    return option;
  }

  @Override
  public Class<?> type() {
    return codec.type();
  }

  @Override
  public Set<OptionTable.Kind> channels() {
    return channels;
  }

  @Override
  public boolean exists(Platform platform) {
    return name(platform) != null && platform.system() != missingSystem;
  }

  /** The name that this system has for it, or {@code null} if it has none. */
  private Constant name(Platform platform) {
    if (platform.has(level)) {
      for (Constant name : names) {
        if (platform.has(name)) {
          return name;
        }
      }
    }
    return null;
  }

  @Override
  public boolean isNamed(String jdkName) {
    return switch (names[0]) {
      case TCP_KEEPINTVL -> jdkName.equals("TCP_KEEPINTERVAL");
      case TCP_KEEPCNT -> jdkName.equals("TCP_KEEPCOUNT");
      default -> names[0].name().equals(jdkName);
    };
  }

  @Override
  @SuppressWarnings("unchecked") // The codec is one for T.
  public T get(KQueueFfmChannelConfig<?> config) {
    T value = reported(config.socket());
    return value != null ? value : (T) codec.whenGone();
  }

  /** Omits what the kernel no longer reports, and what it refuses though its headers have it. */
  @Override
  public void addTo(Map<ChannelOption<?>, Object> options, KQueueFfmChannelConfig<?> config) {
    if (!exists(config.platform())) {
      return;
    }
    try {
      T value = reported(config.socket());
      if (value != null) {
        options.put(option, value);
      }
    } catch (UnsupportedOperationException e) {
      // ENOPROTOOPT: the option is not listed.
    }
  }

  /** The value, or {@code null} if the connection is gone and the kernel does not report it. */
  @SuppressWarnings("unchecked") // The codec is one for T.
  private T reported(KernelSocket socket) {
    try {
      return (T) codec.get(socket, level, existing(socket));
    } catch (IOException e) {
      if (socket.isGone()) {
        return null;
      }
      throw new ChannelException(
          "cannot read " + OptionTable.name(option) + ": " + Failures.reason(e), e);
    }
  }

  @Override
  public boolean set(KQueueFfmChannelConfig<?> config, T value) {
    KernelSocket socket = config.socket();
    Constant name = existing(socket);
    checkRange(value);
    boolean live;
    try {
      // The lock keeps the family of the socket until the codec, which goes by it, has returned.
      synchronized (socket) {
        live = codec.set(socket, level, name, value);
      }
    } catch (IOException e) {
      throw cannotSet(socket.kernel().platform(), value, e);
    }
    config.changed(option, value);
    // A connection that is gone takes every value.
    return !live || config.isEffective(objection(socket));
  }

  private void checkRange(T value) {
    if (value instanceof Number number
        && (number.longValue() < least || number.longValue() > most)) {
      throw new IllegalArgumentException(
          OptionTable.name(option) + ": " + value + " (expected: " + expected + ')');
    }
  }

  private ChannelException cannotSet(Platform platform, T value, IOException reason) {
    String range =
        expectedOnLinux != null && platform.isLinux() ? " (expected: " + expectedOnLinux + ')' : "";
    return new ChannelException(
        "cannot set "
            + OptionTable.name(option)
            + " to "
            + value
            + range
            + ": "
            + Failures.reason(reason),
        reason);
  }

  /** Why the option has no effect on some of what the socket carries, or {@code null}. */
  private String objection(KernelSocket socket) {
    if (level != Constant.IPPROTO_IP || !socket.carriesIpv4WithoutItsOptions()) {
      return null;
    }
    return OptionTable.name(option)
        + " holds for IPv6 alone: "
        + socket.kernel().platform()
        + " takes no option of IPv4 on a socket of both families; create the channel with"
        + " SocketProtocolFamily.INET for IPv4";
  }

  private Constant existing(KernelSocket socket) {
    Platform platform = socket.kernel().platform();
    if (!exists(platform)) {
      throw new UnsupportedOperationException(
          "the option " + OptionTable.name(option) + " does not exist on " + platform);
    }
    return name(platform);
  }
}
