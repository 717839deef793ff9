package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.simulation.SocketFile.Family;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The sockets of a simulated system, their names, and the ways between them. */
final class Network {
  final Interfaces interfaces;
  final Ports tcp;
  final Ports udp;
  final LocalNames localNames;

  private final World world;

  /** Servers that gave out a cookie of TCP Fast Open; only looked up. */
  private final Set<Address> cookies = new HashSet<>();

  private int refusal;

  Network(World world) {
    this.world = world;
    interfaces = new Interfaces(world);
    tcp = new Ports(world, false);
    udp = new Ports(world, true);
    localNames = new LocalNames(world);
  }

  /** {@return a new socket, or {@code null}, with the errno in {@link #refusal()}} */
  OpenFile socket(int domain, int type, int protocol) {
    Family family = family(domain);
    if (family == null) {
      return refuse(Errno.EAFNOSUPPORT);
    }
    boolean stream = type == world.platform.get(Constant.SOCK_STREAM);
    if (!stream && type != world.platform.get(Constant.SOCK_DGRAM)) {
      return refuse(Errno.EPROTOTYPE);
    }
    if (family == Family.LOCAL) {
      return stream ? new LocalStream(world) : new LocalDatagram(world);
    }
    return stream ? new TcpSocket(world, family) : new UdpSocket(world, family);
  }

  private Family family(int domain) {
    if (domain == world.platform.get(Constant.AF_INET)) {
      return Family.IPV4;
    }
    if (domain == world.platform.get(Constant.AF_INET6)) {
      return Family.IPV6;
    }
    return domain == world.platform.get(Constant.AF_UNIX) ? Family.LOCAL : null;
  }

  /** {@return two connected sockets, or {@code null}, with the errno in {@link #refusal()}} */
  OpenFile[] pair(int domain, int type) {
    if (family(domain) != Family.LOCAL) {
      refuse(Errno.EOPNOTSUPP);
      return null;
    }
    return type == world.platform.get(Constant.SOCK_STREAM)
        ? LocalStream.pair(world)
        : LocalDatagram.pair(world);
  }

  /** Keeps the errno of a refusal. */
  <T> T refuse(Errno errno) {
    refusal = world.error(errno);
    return null;
  }

  /** {@return the negative errno of the last thing that was refused with {@code null}} */
  int refusal() {
    return refusal;
  }

  /**
   * Whether accept takes a connection off the queue although no descriptor is free, and closes it,
   * as macOS does.
   */
  boolean acceptsWithoutDescriptor(OpenFile listener) {
    return world.has(Quirk.ACCEPT_WITHOUT_DESCRIPTOR_CLOSES);
  }

  /** Whether it is a socket of AF_INET6, which shows IPv4 addresses as v4-mapped. */
  boolean isInet6(OpenFile file) {
    return file instanceof SocketFile socket && socket.isInet6();
  }

  /** {@return the address that a socket shows before it is bound} */
  static Address unbound(Family family) {
    return switch (family) {
      case LOCAL -> Address.unnamed();
      case IPV4 -> Address.ip(new byte[4], 0, 0);
      case IPV6 -> Address.ip(new byte[16], 0, 0);
    };
  }

  /**
   * Binds a socket of IPv4 or IPv6.
   *
   * @return the address with its port, or {@code null} with the errno in {@link #refusal()}
   */
  Address bind(SocketFile socket, Address address) {
    if (!address.isIp() || address.kind() == Address.Kind.IPV6 && !socket.isInet6()) {
      return refuse(Errno.EAFNOSUPPORT);
    }
    if (socket.isInet6() && address.kind() == Address.Kind.IPV4 && socket.isV6Only()) {
      return refuse(Errno.EINVAL);
    }
    boolean group = address.isMulticast() && !socket.stream;
    if (!group && !interfaces.isOwn(address) && !isBroadcast(socket, address)) {
      return refuse(Errno.EADDRNOTAVAIL);
    }
    return ports(socket).bind(socket, address);
  }

  private static boolean isBroadcast(SocketFile socket, Address address) {
    return !socket.stream && address.sameHost(Address.ip("255.255.255.255", 0));
  }

  /** A socket leaves the port that it was bound to. */
  void release(SocketFile socket, Address address) {
    ports(socket).release(socket, address.port());
  }

  private Ports ports(SocketFile socket) {
    return socket.stream ? tcp : udp;
  }

  /**
   * {@return where packets to an address go: the loopback for a wildcard, or {@code null} with the
   * errno in {@link #refusal()}}
   */
  Address destination(SocketFile socket, Address to) {
    boolean v4 = to.kind() == Address.Kind.IPV4;
    if (!to.isIp() || !v4 && !socket.isInet6()) {
      return refuse(Errno.EAFNOSUPPORT);
    }
    if (v4 && socket.isInet6() && socket.isV6Only()) {
      return refuse(Errno.EINVAL);
    }
    if (to.isWildcard()) {
      return wildcard(socket, to);
    }
    if (interfaces.isOwn(to) || to.isMulticast() || interfaces.isBlackHole(to)) {
      return to;
    }
    return refuse(Errno.ENETUNREACH);
  }

  private Address wildcard(SocketFile socket, Address to) {
    if (socket.stream && world.has(Quirk.NO_WILDCARD_DESTINATION)) {
      return refuse(Errno.EINVAL);
    }
    boolean v4 = to.kind() == Address.Kind.IPV4;
    if (socket.isInet6() && world.has(Quirk.NO_WILDCARD_OF_IPV6_SOCKETS)) {
      return refuse(v4 ? Errno.EADDRNOTAVAIL : Errno.EHOSTUNREACH);
    }
    return (v4 ? Interfaces.LOOPBACK_4 : Interfaces.LOOPBACK_6).withPort(to.port());
  }

  /**
   * {@return the listener that a connection goes to, or {@code null}}
   *
   * @param port of the client, by which those that share a port are chosen
   */
  TcpSocket listener(Address target, int port) {
    TcpSocket found = null;
    int best = 0;
    int equals = 0;
    List<SocketFile> sockets = tcp.at(target.port());
    for (SocketFile socket : sockets) {
      int rank = socket.isListening() ? rank(socket, target) : 0;
      if (rank > best) {
        best = rank;
        equals = 1;
        found = (TcpSocket) socket;
      } else if (rank == best && rank > 0) {
        equals++;
      }
    }
    return equals > 1 && shares(found) ? share(sockets, target, best, port % equals) : found;
  }

  private boolean shares(TcpSocket socket) {
    return socket.isOn(SocketOption.SO_REUSEPORT_LB)
        || socket.isOn(SocketOption.SO_REUSEPORT) && world.has(Quirk.REUSEPORT_SHARES);
  }

  private static TcpSocket share(List<SocketFile> sockets, Address target, int rank, int index) {
    int left = index;
    for (SocketFile socket : sockets) {
      if (socket.isListening() && rank(socket, target) == rank && left-- == 0) {
        return (TcpSocket) socket;
      }
    }
    throw new IllegalStateException("there are fewer listeners than were counted");
  }

  /** {@return how well a socket's name fits a packet's destination, 0 if it does not} */
  static int rank(SocketFile socket, Address target) {
    Address its = socket.localName();
    if (its.sameHost(target)) {
      return 3;
    }
    if (!its.isWildcard()) {
      return 0;
    }
    if (its.kind() == target.kind()) {
      return 2;
    }
    return its.kind() == Address.Kind.IPV6 && !socket.isV6Only() ? 1 : 0;
  }

  /** Whether a client knows the server's cookie of TCP Fast Open. */
  boolean knowsCookie(Address server) {
    return cookies.contains(server);
  }

  /** A server that has TCP Fast Open has answered a client. */
  void cookie(Address server) {
    cookies.add(server);
  }
}
