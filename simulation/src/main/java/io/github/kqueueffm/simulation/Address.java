package io.github.kqueueffm.simulation;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An address of a socket. Of IPv4, IPv6 and local sockets; IPv4 over an AF_INET6 socket is a
 * v4-mapped one in memory and an IPv4 one here.
 *
 * @param kind its family
 * @param bytes the address of 4 or 16 bytes, or a local socket's name
 * @param port the port, or 0
 * @param scope the index of an IPv6 address' interface, or 0
 */
record Address(Kind kind, byte[] bytes, int port, int scope) {
  /** The families. */
  enum Kind {
    UNSPECIFIED,
    IPV4,
    IPV6,
    LOCAL
  }

  private static final Address NONE = new Address(Kind.UNSPECIFIED, new byte[0], 0, 0);
  private static final Address UNNAMED = new Address(Kind.LOCAL, new byte[0], 0, 0);

  /** {@return an address of AF_UNSPEC} */
  static Address none() {
    return NONE;
  }

  /** {@return the name of a local socket that is not bound} */
  static Address unnamed() {
    return UNNAMED;
  }

  static Address local(byte[] name) {
    return new Address(Kind.LOCAL, name, 0, 0);
  }

  static Address ip(byte[] bytes, int port, int scope) {
    return new Address(bytes.length == 4 ? Kind.IPV4 : Kind.IPV6, bytes, port, scope);
  }

  static Address ip(String literal, int port) {
    return ip(InetAddress.ofLiteral(literal).getAddress(), port, 0);
  }

  Address withPort(int other) {
    return new Address(kind, bytes, other, scope);
  }

  boolean isIp() {
    return kind == Kind.IPV4 || kind == Kind.IPV6;
  }

  boolean isWildcard() {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return isIp();
  }

  boolean isMulticast() {
    return isIp() && inet().isMulticastAddress();
  }

  /** Whether both have the same address, whatever their ports. */
  boolean sameHost(Address other) {
    return kind == other.kind && Arrays.equals(bytes, other.bytes);
  }

  InetAddress inet() {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Address other
        && kind == other.kind
        && port == other.port
        && scope == other.scope
        && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(bytes) + port) + kind.ordinal();
  }

  @Override
  public String toString() {
    return switch (kind) {
      case UNSPECIFIED -> "unspecified";
      case LOCAL -> "local " + HexFormat.of().formatHex(bytes);
      default -> inet().getHostAddress() + ':' + port;
    };
  }
}
