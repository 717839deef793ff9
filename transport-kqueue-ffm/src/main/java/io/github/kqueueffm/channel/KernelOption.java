package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
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
  private final Constant level;
  private final Constant name;
  private final Form<T> form;

  /** How a value gets in and out of the socket. */
  interface Form<T> {
    T get(KernelSocket socket, Constant level, Constant name) throws IOException;

    /** False if the connection is gone, so that it makes no difference any more. */
    boolean set(KernelSocket socket, Constant level, Constant name, T value) throws IOException;
  }

  private static final Form<Integer> INTEGER =
      new Form<>() {
        @Override
        public Integer get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return socket.getInt(level, name);
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Integer value)
            throws IOException {
          return socket.setInt(level, name, value);
        }
      };

  private static final Form<Boolean> BOOLEAN =
      new Form<>() {
        @Override
        public Boolean get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return socket.getInt(level, name) != 0;
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Boolean value)
            throws IOException {
          return socket.setInt(level, name, value ? 1 : 0);
        }
      };

  private static final Form<Integer> LINGER =
      new Form<>() {
        @Override
        public Integer get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return socket.soLinger();
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Integer value)
            throws IOException {
          return socket.soLinger(value);
        }
      };

  /** The byte of IPv4 and IPv6 that each of them calls otherwise. */
  private static final Form<Integer> TRAFFIC_CLASS =
      new Form<>() {
        @Override
        public Integer get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return isIpv6(socket)
              ? socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS)
              : socket.getInt(level, name);
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Integer value)
            throws IOException {
          if (!isIpv6(socket)) {
            return socket.setInt(level, name, value);
          }
          boolean set = socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS, value);
          // Linux marks the IPv4 packets of a dual-stack socket by IP_TOS; the BSDs, which refuse
          // IP_TOS on an IPv6 socket, by the option above.
          if (set && !socket.isV6Only() && socket.kernel().platform().isLinux()) {
            return socket.setInt(level, name, value);
          }
          return set;
        }
      };

  private KernelOption(ChannelOption<T> option, Constant level, Constant name, Form<T> form) {
    this.option = option;
    this.level = level;
    this.name = name;
    this.form = form;
  }

  static <T> KernelOption<T> of(
      ChannelOption<T> option, Constant level, Constant name, Form<T> form) {
    return new KernelOption<>(option, level, name, form);
  }

  static KernelOption<Integer> integer(
      ChannelOption<Integer> option, Constant level, Constant name) {
    return new KernelOption<>(option, level, name, INTEGER);
  }

  static KernelOption<Boolean> flag(ChannelOption<Boolean> option, Constant level, Constant name) {
    return new KernelOption<>(option, level, name, BOOLEAN);
  }

  static KernelOption<Integer> linger() {
    return new KernelOption<>(
        ChannelOption.SO_LINGER, Constant.SOL_SOCKET, Constant.SO_LINGER, LINGER);
  }

  static KernelOption<Integer> trafficClass() {
    return new KernelOption<>(
        ChannelOption.IP_TOS, Constant.IPPROTO_IP, Constant.IP_TOS, TRAFFIC_CLASS);
  }

  private static boolean isIpv6(KernelSocket socket) {
    return socket.family() == socket.kernel().platform().get(Constant.AF_INET6);
  }

  ChannelOption<T> option() {
    return option;
  }

  boolean exists(Platform platform) {
    return platform.has(level) && platform.has(name);
  }

  /** Whether the JDK knows the same option under this name. */
  boolean isNamed(String jdkName) {
    return name.name().equals(jdkName);
  }

  T get(KernelSocket socket) {
    try {
      return form.get(socket, level, name);
    } catch (IOException e) {
      throw new ChannelException("cannot read " + option.name() + ": " + e.getMessage(), e);
    }
  }

  void set(KernelSocket socket, T value) {
    try {
      form.set(socket, level, name, value);
    } catch (IOException e) {
      throw new ChannelException(
          "cannot set " + option.name() + " to " + value + ": " + e.getMessage(), e);
    }
  }
}
