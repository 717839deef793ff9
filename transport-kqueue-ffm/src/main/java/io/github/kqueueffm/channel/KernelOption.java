package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import java.io.IOException;

/**
 * A channel option that is a socket option: under which name the kernel knows it, and in which
 * form.
 */
final class KernelOption<T> {
  private final ChannelOption<T> option;
  private final Form<T> form;
  private final Constant level;
  private final Constant[] names;
  private final OperatingSystem missingSystem;

  /** How a value gets in and out of the socket. */
  interface Form<T> {
    T get(KernelSocket socket, Constant level, Constant name) throws IOException;

    /** What is told of a connection that is gone, whose kernel does not tell it any more. */
    T whenGone();

    /** False if the connection is gone, so that it makes no difference any more. */
    boolean set(KernelSocket socket, Constant level, Constant name, T value) throws IOException;
  }

  /**
   * @param names what systems call it, the best one first
   * @param missingSystem one whose kernel refuses it though the headers have it, or {@code null}
   */
  private KernelOption(
      ChannelOption<T> option,
      Form<T> form,
      Constant level,
      Constant[] names,
      OperatingSystem missingSystem) {
    this.option = option;
    this.form = form;
    this.level = level;
    this.names = names;
    this.missingSystem = missingSystem;
  }

  static KernelOption<Integer> integer(
      ChannelOption<Integer> option, Constant level, Constant... names) {
    return new KernelOption<>(option, OptionForms.INTEGER, level, names, null);
  }

  /** An int that is unsigned in the kernel. */
  static KernelOption<Long> unsigned(
      ChannelOption<Long> option, Constant level, Constant... names) {
    return new KernelOption<>(option, OptionForms.UNSIGNED, level, names, null);
  }

  static KernelOption<Boolean> flag(
      ChannelOption<Boolean> option, Constant level, Constant... names) {
    return new KernelOption<>(option, OptionForms.BOOLEAN, level, names, null);
  }

  static KernelOption<Integer> linger() {
    return of(ChannelOption.SO_LINGER, Constant.SOL_SOCKET, Constant.SO_LINGER, OptionForms.LINGER);
  }

  static KernelOption<Integer> trafficClass() {
    return of(
        ChannelOption.IP_TOS, Constant.IPPROTO_IP, Constant.IP_TOS, OptionForms.TRAFFIC_CLASS);
  }

  static <T> KernelOption<T> of(
      ChannelOption<T> option, Constant level, Constant name, Form<T> form) {
    return new KernelOption<>(option, form, level, new Constant[] {name}, null);
  }

  /** The same option for all systems but one. */
  KernelOption<T> notOn(OperatingSystem system) {
    return new KernelOption<>(option, form, level, names, system);
  }

  ChannelOption<T> option() {
    return option;
  }

  boolean exists(Platform platform) {
    return name(platform) != null && platform.system() != missingSystem;
  }

  /** What this system calls it, or {@code null} if it has no name for it. */
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

  /** Whether the JDK knows the same option under this name. */
  boolean isNamed(String jdkName) {
    return switch (names[0]) {
      case TCP_KEEPINTVL -> jdkName.equals("TCP_KEEPINTERVAL");
      case TCP_KEEPCNT -> jdkName.equals("TCP_KEEPCOUNT");
      default -> names[0].name().equals(jdkName);
    };
  }

  /**
   * Reads it; of a connection that is gone and does not tell it, what it is by default.
   *
   * @throws UnsupportedOperationException if this kernel lacks it
   */
  T get(KernelSocket socket) {
    T value = ifTold(socket);
    return value != null ? value : form.whenGone();
  }

  /**
   * Reads it; {@code null} if the connection is gone and does not tell it.
   *
   * @throws UnsupportedOperationException if this kernel lacks it
   */
  T ifTold(KernelSocket socket) {
    try {
      return form.get(socket, level, existing(socket));
    } catch (IOException e) {
      if (socket.isGone()) {
        return null;
      }
      throw new ChannelException(
          "cannot read " + OptionTypes.name(option) + ": " + Failures.reason(e), e);
    }
  }

  /**
   * Sets it.
   *
   * @return why it does not hold for all that the socket carries; {@code null} if it does
   * @throws IllegalArgumentException for a value that {@link OptionRanges} refuses
   * @throws UnsupportedOperationException if this kernel lacks it
   */
  String set(KernelSocket socket, T value) {
    OptionRanges.check(option, value);
    try {
      // The socket keeps its family as long as the form goes by it.
      synchronized (socket) {
        if (!form.set(socket, level, existing(socket), value)) {
          // The connection is gone, and takes every value.
          return null;
        }
      }
    } catch (IOException e) {
      throw new ChannelException(
          "cannot set "
              + OptionTypes.name(option)
              + " to "
              + value
              + OptionRanges.expected(socket.kernel().platform(), existing(socket))
              + ": "
              + Failures.reason(e),
          e);
    }
    return objection(socket);
  }

  /** Why an option that was set has no effect on some of what the socket carries, or null. */
  private String objection(KernelSocket socket) {
    if (level != Constant.IPPROTO_IP || !socket.carriesIpv4WithoutItsOptions()) {
      return null;
    }
    return OptionTypes.name(option)
        + " holds for IPv6 alone: "
        + socket.kernel().platform()
        + " takes no option of IPv4 on a socket of both families; create the channel with"
        + " SocketProtocolFamily.INET for IPv4";
  }

  private Constant existing(KernelSocket socket) {
    Platform platform = socket.kernel().platform();
    if (!exists(platform)) {
      throw new UnsupportedOperationException(
          "the option " + OptionTypes.name(option) + " does not exist on " + platform);
    }
    return name(platform);
  }
}
