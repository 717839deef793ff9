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
    return name == null ? null : new DomainSocketAddress(((UnixAddress) name).path());
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
      return new DomainSocketAddress(address.getPath().toString());
    }
    UnsupportedAddressTypeException failure = new UnsupportedAddressTypeException();
    failure.initCause(
        new IllegalArgumentException(
            "a local socket cannot use the address "
                + given
                + " (expected: DomainSocketAddress or UnixDomainSocketAddress)"));
    throw failure;
  }

  /** An address for the kernel; a path that begins with the character 0 is an abstract name. */
  static UnixAddress name(DomainSocketAddress address) {
    return UnixAddress.of(address.path());
  }
}
