package io.github.kqueueffm.simulation;

import java.util.List;

/**
 * The interfaces of the simulated machine: the loopback, and one to a network without another host.
 */
final class Interfaces {
  static final int LOOPBACK = 1;
  static final int OTHER = 2;

  static final Address LOOPBACK_4 = Address.ip("127.0.0.1", 0);
  static final Address LOOPBACK_6 = Address.ip("::1", 0);
  private static final Address OTHER_4 = Address.ip("10.0.0.5", 0);
  private static final Address OTHER_6 = Address.ip("fe80::5", 0);

  /** The networks for documentation (RFC 5737, RFC 3849): what is sent to them vanishes. */
  private static final List<Address> BLACK_HOLES =
      List.of(
          Address.ip("192.0.2.0", 0),
          Address.ip("198.51.100.0", 0),
          Address.ip("203.0.113.0", 0),
          Address.ip("2001:db8::", 0));

  private final World world;

  Interfaces(World world) {
    this.world = world;
  }

  /** Whether a socket can be bound to the address, and a packet to it stays on the machine. */
  boolean isOwn(Address address) {
    return address.isWildcard() || indexOf(address) != 0;
  }

  /** {@return the index of the interface that has the address, or 0} */
  int indexOf(Address address) {
    if (address.sameHost(LOOPBACK_4) || address.sameHost(LOOPBACK_6) || isLoopback4(address)) {
      return LOOPBACK;
    }
    if (address.sameHost(OTHER_6)) {
      return address.scope() == 0 || address.scope() == OTHER ? OTHER : 0;
    }
    return address.sameHost(OTHER_4) ? OTHER : 0;
  }

  private boolean isLoopback4(Address address) {
    return address.kind() == Address.Kind.IPV4
        && address.bytes()[0] == 127
        && world.has(Quirk.WHOLE_LOOPBACK_NETWORK);
  }

  /** Whether packets to the address leave the machine, and are never answered. */
  boolean isBlackHole(Address address) {
    if (isNeighbour(address)) {
      return true;
    }
    for (Address network : BLACK_HOLES) {
      if (network.kind() == address.kind() && startsWith(address, network)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(Address address, Address network) {
    int prefix = network.kind() == Address.Kind.IPV4 ? 3 : 4;
    for (int i = 0; i < prefix; i++) {
      if (address.bytes()[i] != network.bytes()[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is in the network of the second interface. */
  private static boolean isNeighbour(Address address) {
    byte[] bytes = address.bytes();
    return address.kind() == Address.Kind.IPV4
        ? startsWith(address, OTHER_4)
        : bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0x80 && address.scope() == OTHER;
  }

  /** {@return the address from which packets to that one come, with port 0} */
  Address sourceFor(Address target) {
    if (isOwn(target)) {
      return target.withPort(0);
    }
    return target.kind() == Address.Kind.IPV4 ? OTHER_4 : Address.ip(OTHER_6.bytes(), 0, OTHER);
  }

  /** {@return an address of an interface, with port 0} */
  Address address(int index, boolean v4) {
    if (index == LOOPBACK) {
      return v4 ? LOOPBACK_4 : LOOPBACK_6;
    }
    return v4 ? OTHER_4 : Address.ip(OTHER_6.bytes(), 0, OTHER);
  }
}
