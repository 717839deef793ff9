package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;

/** Addresses of local sockets: Netty's type, Java's own, and the kernel's names. */
final class DomainAddresses {
  private DomainAddresses() {}

  /** A name from the kernel in Netty's type; the name of an unbound socket is empty. */
  static DomainSocketAddress toNetty(SocketAddress name) {
    return name == null ? null : new Named((UnixAddress) name);
  }

  /**
   * A user's address in Netty's type.
   *
   * @param internet the channel class for the other addresses
   * @throws UnsupportedAddressTypeException if it is not the address of a local socket
   */
  static DomainSocketAddress fromUser(SocketAddress given, Class<?> internet) {
    if (given instanceof DomainSocketAddress address) {
      return address;
    }
    if (given instanceof UnixDomainSocketAddress address) {
      return new Named(UnixAddress.of(address));
    }
    throw unsupported(
        "a local (AF_UNIX) socket",
        given,
        "DomainSocketAddress or UnixDomainSocketAddress",
        internet);
  }

  /**
   * A user's address of IPv4 or IPv6.
   *
   * @param local the channel class for local sockets
   * @throws UnsupportedAddressTypeException if it is not one
   */
  static InetSocketAddress internet(SocketAddress given, Class<?> local) {
    if (given instanceof InetSocketAddress address) {
      return address;
    }
    throw unsupported(
        "a socket of IPv4 and IPv6 (AF_INET, AF_INET6)", given, "InetSocketAddress", local);
  }

  private static UnsupportedAddressTypeException unsupported(
      String socket, SocketAddress given, String expected, Class<?> other) {
    UnsupportedAddressTypeException failure = new UnsupportedAddressTypeException();
    failure.initCause(
        new IllegalArgumentException(
            socket
                + " cannot use the address "
                + given
                + " (expected: "
                + expected
                + "); the channel for it is "
                + other.getSimpleName()));
    return failure;
  }

  /**
   * An address for the kernel; a path that begins with the character 0 is an abstract name.
   *
   * @throws IllegalArgumentException for a text that UTF-8 cannot carry
   */
  static UnixAddress name(DomainSocketAddress address) {
    return address instanceof Named named ? named.name : UnixAddress.of(address.path());
  }

  /** Whether both name one socket; two names that are not valid UTF-8 can look the same. */
  static boolean isSame(SocketAddress one, SocketAddress other, Class<?> internet) {
    return name(fromUser(one, internet)).equals(name(fromUser(other, internet)));
  }

  /**
   * An address with the kernel's bytes of its name. A name need not be UTF-8, and an answer has to
   * reach its socket all the same. Equal by its path, as Netty's type is.
   */
  private static final class Named extends DomainSocketAddress {
    private static final long serialVersionUID = 1L;

    private final UnixAddress name;

    Named(UnixAddress name) {
      super(name.path());
      this.name = name;
    }
  }
}
