package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Multicast;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;

/** The forms of the multicast options, each one option for IPv4 and another for IPv6. */
final class MulticastForms {
  private MulticastForms() {}

  static final KernelOption.Form<Integer> TIME_TO_LIVE =
      new KernelOption.Form<>() {
        @Override
        public Integer get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return new Multicast(socket).timeToLive();
        }

        @Override
        public Integer whenGone() {
          return 1;
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Integer value)
            throws IOException {
          return new Multicast(socket).timeToLive(value);
        }
      };

  /** Netty's option says the opposite of the kernel's. */
  static final KernelOption.Form<Boolean> LOOP_DISABLED =
      new KernelOption.Form<>() {
        @Override
        public Boolean get(KernelSocket socket, Constant level, Constant name) throws IOException {
          return !new Multicast(socket).loop();
        }

        @Override
        public Boolean whenGone() {
          return false;
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, Boolean value)
            throws IOException {
          return new Multicast(socket).loop(!value);
        }
      };

  /** Linux's two options, of which a socket of both families needs both. */
  static final KernelOption.Form<Boolean> ALL =
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
          boolean set = socket.setInt(level, name, value ? 1 : 0);
          return OptionForms.isIpv6(socket)
              ? set
                  && socket.setInt(
                      Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_ALL, value ? 1 : 0)
              : set;
        }
      };

  static final KernelOption.Form<NetworkInterface> INTERFACE =
      new KernelOption.Form<>() {
        @Override
        public NetworkInterface get(KernelSocket socket, Constant level, Constant name)
            throws IOException {
          return new Multicast(socket).networkInterface();
        }

        @Override
        public NetworkInterface whenGone() {
          return null;
        }

        @Override
        public boolean set(
            KernelSocket socket, Constant level, Constant name, NetworkInterface value)
            throws IOException {
          return new Multicast(socket).networkInterface(value);
        }
      };

  /** The interface by one of its addresses. */
  static final KernelOption.Form<InetAddress> INTERFACE_ADDRESS =
      new KernelOption.Form<>() {
        @Override
        public InetAddress get(KernelSocket socket, Constant level, Constant name)
            throws IOException {
          NetworkInterface via = new Multicast(socket).networkInterface();
          return via == null
              ? null
              : Collections.list(via.getInetAddresses()).stream().findFirst().orElse(null);
        }

        @Override
        public InetAddress whenGone() {
          return null;
        }

        @Override
        public boolean set(KernelSocket socket, Constant level, Constant name, InetAddress value)
            throws IOException {
          NetworkInterface via = NetworkInterface.getByInetAddress(value);
          if (via == null) {
            throw new SocketException("no interface has the address " + value.getHostAddress());
          }
          return new Multicast(socket).networkInterface(via);
        }
      };
}
