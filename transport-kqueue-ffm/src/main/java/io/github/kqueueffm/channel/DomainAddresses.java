package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;

/** Addresses of local sockets: Netty's type, Java's own, and the kernel's names. */
final class DomainAddresses {
  private DomainAddresses() {}

  /** A name that the kernel told, as Netty's type; one of a socket without a name is empty. */
  static DomainSocketAddress told(SocketAddress name) {
    return name == null ? null : new Named((UnixAddress) name);
  }

  /**
   * What a user gave, as Netty's type.
   *
   * @throws UnsupportedAddressTypeException if it is not the address of a local socket
   */
  static DomainSocketAddress given(SocketAddress given) {
    if (given instanceof DomainSocketAddress address) {
      return address;
    }
    if (given instanceof UnixDomainSocketAddress address) {
      return new Named(UnixAddress.of(address));
    }
    UnsupportedAddressTypeException failure = new UnsupportedAddressTypeException();
    failure.initCause(
        new IllegalArgumentException(
            "a local socket cannot use the address "
                + given
                + " (expected: DomainSocketAddress or UnixDomainSocketAddress)"));
    throw failure;
  }

  /**
   * An address for the kernel; a path that begins with the character 0 is an abstract name.
   *
   * @throws IllegalArgumentException for a text that UTF-8 cannot carry
   */
  static UnixAddress name(DomainSocketAddress address) {
    return address instanceof Named named ? named.name : UnixAddress.of(address.path());
  }

  /** Whether both mean one socket: two names that are no text can look the same. */
  static boolean isSame(SocketAddress one, SocketAddress other) {
    return name(given(one)).equals(name(given(other)));
  }

  /**
   * An address whose bytes are known. Its text is not always all of them: a name need not be UTF-8,
   * and an answer has to reach its socket all the same. Equal by its path, as Netty's type is.
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
