package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;

/** The forms in which socket options come. */
final class OptionForms {
  private static final long UNSIGNED_MASK = 0xffff_ffffL;

  private OptionForms() {}

  static final KernelOption.Form<Integer> INTEGER =
      new KernelOption.Form<>() {
        @Override
        public Integer get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return socket.getInt(level, name);
        }

        @Override
        public Integer whenGone() {
          return 0;
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Integer value)
            throws IOException {
          return socket.setInt(level, name, value);
        }
      };

  static final KernelOption.Form<Long> UNSIGNED =
      new KernelOption.Form<>() {
        @Override
        public Long get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return socket.getInt(level, name) & UNSIGNED_MASK;
        }

        @Override
        public Long whenGone() {
          return 0L;
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Long value)
            throws IOException {
          if (value < 0 || value > UNSIGNED_MASK) {
            throw new IllegalArgumentException(
                name + ": " + value + " (expected: 0 to " + UNSIGNED_MASK + ')');
          }
          return socket.setInt(level, name, value.intValue());
        }
      };

  static final KernelOption.Form<Boolean> BOOLEAN =
      new KernelOption.Form<>() {
        @Override
        public Boolean get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return socket.getInt(level, name) != 0;
        }

        @Override
        public Boolean whenGone() {
          return false;
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Boolean value)
            throws IOException {
          return socket.setInt(level, name, value ? 1 : 0);
        }
      };

  /**
   * SO_REUSEADDR of a datagram socket: it lets sockets share a port on Linux, and nowhere else
   * without SO_REUSEPORT, which the JDK's DatagramChannel sets along with it on macOS and the BSDs.
   */
  static final KernelOption.Form<Boolean> SHARED_PORT =
      new KernelOption.Form<>() {
        @Override
        public Boolean get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return BOOLEAN.get(socket, level, name);
        }

        @Override
        public Boolean whenGone() {
          return BOOLEAN.whenGone();
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Boolean value)
            throws IOException {
          boolean set =
              socket.kernel().platform().isLinux()
                  || BOOLEAN.set(socket, level, Constant.SO_REUSEPORT, value);
          return set && BOOLEAN.set(socket, level, name, value);
        }
      };

  static final KernelOption.Form<Integer> LINGER =
      new KernelOption.Form<>() {
        @Override
        public Integer get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return socket.soLinger();
        }

        @Override
        public Integer whenGone() {
          return -1;
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Integer value)
            throws IOException {
          return socket.soLinger(value);
        }
      };

  /** The byte of IPv4 and IPv6 that each of them calls otherwise. */
  static final KernelOption.Form<Integer> TRAFFIC_CLASS =
      new KernelOption.Form<>() {
        @Override
        public Integer get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return isIpv6(socket)
              ? socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS)
              : socket.getInt(level, name);
        }

        @Override
        public Integer whenGone() {
          return 0;
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

  static boolean isIpv6(KernelSocket socket) {
    return socket.family() == socket.kernel().platform().get(Constant.AF_INET6);
  }
}
