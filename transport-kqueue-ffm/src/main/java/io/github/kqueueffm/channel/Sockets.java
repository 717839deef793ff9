package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.function.Supplier;

/** Opens sockets for the constructors of channels, and throws Netty's unchecked exception. */
final class Sockets {
  private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Sockets.class);

  private Sockets() {}

  /** Opens a stream socket of a family, or for {@code null} of the family of the first address. */
  static KernelSocket stream(Kernel kernel, SocketProtocolFamily family) {
    return open(kernel, family, Constant.SOCK_STREAM);
  }

  /**
   * Opens a stream socket that will listen: of a family, or for {@code null} of both if possible.
   */
  static KernelSocket listener(Kernel kernel, SocketProtocolFamily family) {
    if (family != null) {
      return stream(kernel, family);
    }
    try {
      return KernelSocket.openListener(kernel);
    } catch (IOException e) {
      throw cannotCreate(e);
    }
  }

  /**
   * Opens a datagram socket of a family, or for {@code null} of the family of the first address.
   */
  static KernelSocket datagram(Kernel kernel, SocketProtocolFamily family) {
    KernelSocket socket = open(kernel, family, Constant.SOCK_DGRAM);
    if (family != SocketProtocolFamily.UNIX && kernel.platform().has(Constant.IP_MULTICAST_ALL)) {
      hearOwnGroupsOnly(socket);
    }
    return socket;
  }

  /**
   * Limits multicast to the socket's own groups, as on other systems and in Netty's other
   * transports.
   */
  private static void hearOwnGroupsOnly(KernelSocket socket) {
    try {
      OptionCodec.MULTICAST_ALL.set(socket, Constant.IPPROTO_IP, Constant.IP_MULTICAST_ALL, false);
    } catch (IOException | UnsupportedOperationException e) {
      // Linux before 4.20 lacks the option of IPv6. The socket then also receives groups that other
      // sockets have joined.
      LOGGER.debug("IP_MULTICAST_ALL stays on", e);
    }
  }

  private static KernelSocket open(Kernel kernel, SocketProtocolFamily family, Constant type) {
    int number = kernel.platform().get(type);
    try {
      return family == null
          ? KernelSocket.openAny(kernel, number)
          : KernelSocket.open(kernel, number(kernel, family), number);
    } catch (IOException e) {
      throw cannotCreate(e);
    }
  }

  private static ChannelException cannotCreate(IOException reason) {
    return new ChannelException("cannot create a socket: " + Failures.reason(reason), reason);
  }

  private static int number(Kernel kernel, SocketProtocolFamily family) {
    return kernel
        .platform()
        .get(
            switch (family) {
              case INET -> Constant.AF_INET;
              case INET6 -> Constant.AF_INET6;
              case UNIX -> Constant.AF_UNIX;
            });
  }

  /** Takes over a stream socket of IPv4 or IPv6. */
  static KernelSocket adoptTcp(Kernel kernel, int fd) {
    KernelSocket socket = adopt(kernel, fd);
    require(isStream(socket) && !isLocal(socket), fd, "it is not a stream socket of IPv4 or IPv6");
    return socket;
  }

  /** Takes over a local (Unix domain) stream socket. */
  static KernelSocket adoptLocal(Kernel kernel, int fd) {
    KernelSocket socket = adopt(kernel, fd);
    require(isStream(socket) && isLocal(socket), fd, "it is not a local (AF_UNIX) stream socket");
    return socket;
  }

  /** Takes over a UDP socket. */
  static KernelSocket adoptUdp(Kernel kernel, int fd) {
    KernelSocket socket = adopt(kernel, fd);
    require(
        isDatagram(socket) && !isLocal(socket), fd, "it is not a datagram socket of IPv4 or IPv6");
    return socket;
  }

  /** Takes over a local (Unix domain) datagram socket. */
  static KernelSocket adoptLocalDatagram(Kernel kernel, int fd) {
    KernelSocket socket = adopt(kernel, fd);
    require(
        isDatagram(socket) && isLocal(socket), fd, "it is not a local (AF_UNIX) datagram socket");
    return socket;
  }

  private static boolean isDatagram(KernelSocket socket) {
    return socket.type() == socket.kernel().platform().get(Constant.SOCK_DGRAM);
  }

  private static boolean isStream(KernelSocket socket) {
    return socket.type() == socket.kernel().platform().get(Constant.SOCK_STREAM);
  }

  private static boolean isLocal(KernelSocket socket) {
    return socket.family() == socket.kernel().platform().get(Constant.AF_UNIX);
  }

  private static void require(boolean suits, int fd, String reason) {
    if (!suits) {
      // The caller still owns the descriptor.
      throw new ChannelException(
          Failures.refusal(
              "take over", "descriptor " + fd, reason, "use the channel class of its kind"));
    }
  }

  static KernelSocket adopt(Kernel kernel, int fd) {
    if (fd < 0) {
      throw new IllegalArgumentException(
          Failures.refusal(
              "take over",
              "descriptor " + fd,
              "it is negative",
              "give the number of an open descriptor"));
    }
    try {
      return KernelSocket.adopt(kernel, fd);
    } catch (IOException e) {
      throw new ChannelException(
          "cannot take over descriptor " + fd + ": " + Failures.reason(e), e);
    }
  }

  /** Calls the maker of an object that owns a socket, and closes the socket if that fails. */
  static <T> T closingOnFailure(KernelSocket socket, Supplier<T> maker) {
    try {
      return maker.get();
    } catch (Throwable t) {
      socket.closeAfter(t);
      throw t;
    }
  }

  /**
   * Whether the socket is known to listen. If that is unknown the caller listens again, which does
   * no harm.
   */
  static boolean isListening(KernelSocket socket) {
    try {
      return socket.getInt(Constant.SOL_SOCKET, Constant.SO_ACCEPTCONN) != 0;
    } catch (UnsupportedOperationException e) {
      // ENOPROTOOPT: DragonFly, and OpenBSD up to 7.3, cannot read the option.
      return false;
    } catch (IOException e) {
      throw new ChannelException("cannot take over a socket: " + Failures.reason(e), e);
    }
  }
}
