package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ports of one protocol: who is bound to which, and which are taken by connections. Both maps
 * are only looked up, so that their order cannot be seen.
 */
final class Ports {
  private final World world;
  private final boolean datagrams;
  private final int first;
  private final int count;
  private final Map<Integer, List<SocketFile>> bound = new HashMap<>();

  /** The local ports of the connections between two hosts' addresses and one port. */
  private final Map<Way, BitSet> connected = new HashMap<>();

  private int next;
  private int mappedConnects;
  private boolean doubled;

  /** A source without its port, and a target. */
  private record Way(Address source, Address target) {}

  Ports(World world, boolean datagrams) {
    this.world = world;
    this.datagrams = datagrams;
    String[] range = range(world);
    first = Integer.parseInt(range[0]);
    count = Integer.parseInt(range[1]) - first + 1;
  }

  /** {@return the first and the last ephemeral port of a system} */
  static String[] range(World world) {
    return world.quirks.value(Quirk.EPHEMERAL_PORTS, "49152-65535").split("-", -1);
  }

  /** {@return the sockets that are bound to a port, those that were bound earlier first} */
  List<SocketFile> at(int port) {
    return bound.getOrDefault(port, List.of());
  }

  /**
   * Binds a socket.
   *
   * @return the address with its port, or {@code null} with the errno in {@link Network#refusal()}
   */
  Address bind(SocketFile socket, Address address) {
    Address chosen = address;
    if (address.port() == 0) {
      int port = freePort();
      if (port < 0) {
        return world.network.refuse(Errno.EADDRINUSE);
      }
      chosen = address.withPort(port);
    } else if (conflicts(socket, address)) {
      return world.network.refuse(Errno.EADDRINUSE);
    }
    bound.computeIfAbsent(chosen.port(), port -> new ArrayList<>(1)).add(socket);
    return chosen;
  }

  /** A socket leaves its port. */
  void release(SocketFile socket, int port) {
    List<SocketFile> sockets = bound.get(port);
    if (sockets != null && sockets.remove(socket) && sockets.isEmpty()) {
      bound.remove(port);
    }
  }

  private int freePort() {
    int start = start();
    for (int i = 0; i < count; i++) {
      int port = first + (start + i) % count;
      // An ephemeral port is not shared, whatever the options allow.
      if (at(port).isEmpty()) {
        next = (start + i + 1) % count;
        return port;
      }
    }
    return -1;
  }

  private int start() {
    return (next + world.choices.below(count)) % count;
  }

  private boolean conflicts(SocketFile socket, Address address) {
    for (SocketFile other : at(address.port())) {
      if (other != socket && conflict(socket, address, other, other.localName())) {
        return true;
      }
    }
    return false;
  }

  private boolean conflict(SocketFile socket, Address address, SocketFile other, Address its) {
    boolean same = isSame(socket, address, other, its);
    if (!same && !overlap(socket, address, other, its)) {
      return false;
    }
    if (reusesPort(socket) && reusesPort(other)) {
      return false;
    }
    if (datagrams) {
      return !sharesDatagrams(socket, address, other);
    }
    if (world.has(Quirk.REUSE_UNTIL_LISTENING)) {
      return !(reusesAddress(socket) && reusesAddress(other)) || other.isListening();
    }
    // A wildcard and one of the addresses that it stands for, by SO_REUSEADDR of the later one.
    return same || !(reusesAddress(socket) || reusesPort(socket));
  }

  private boolean sharesDatagrams(SocketFile socket, Address address, SocketFile other) {
    return reusesAddress(socket)
        && reusesAddress(other)
        && (address.isMulticast() || world.has(Quirk.REUSEADDR_SHARES_DATAGRAMS));
  }

  private static boolean reusesAddress(SocketFile socket) {
    return socket.isOn(SocketOption.SO_REUSEADDR);
  }

  private static boolean reusesPort(SocketFile socket) {
    return socket.isOn(SocketOption.SO_REUSEPORT) || socket.isOn(SocketOption.SO_REUSEPORT_LB);
  }

  private boolean isSame(SocketFile socket, Address address, SocketFile other, Address its) {
    if (address.sameHost(its)) {
      return true;
    }
    boolean wildcards = address.isWildcard() && its.isWildcard();
    return wildcards && overlap(socket, address, other, its);
  }

  /** Whether a packet can be for both: one has a wildcard that covers the other's family. */
  private boolean overlap(SocketFile socket, Address address, SocketFile other, Address its) {
    if (!address.isWildcard() && !its.isWildcard()) {
      return address.sameHost(its);
    }
    if (address.kind() == its.kind()) {
      return true;
    }
    boolean wider = covers(socket, address) && !isBesideIpv4(its);
    return wider || covers(other, its);
  }

  /** Whether it is the wildcard of IPv6 for both families. */
  private static boolean covers(SocketFile socket, Address address) {
    return address.kind() == Address.Kind.IPV6 && address.isWildcard() && !socket.isV6Only();
  }

  private boolean isBesideIpv4(Address its) {
    return its.isWildcard() && world.has(Quirk.IPV6_WILDCARD_BESIDE_IPV4);
  }

  /** Whether another socket listens that a listener at the same address would share with. */
  boolean isListenedTo(SocketFile socket, Address address) {
    for (SocketFile other : at(address.port())) {
      if (other != socket
          && other.isListening()
          && overlap(socket, address, other, other.localName())
          && isSame(socket, address, other, other.localName())
          && !(reusesPort(socket) && reusesPort(other))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Takes a local port for a connection.
   *
   * @param port the port that the socket is bound to, or 0
   * @param mapped whether it is IPv4 over a socket of AF_INET6
   * @return the port, or 0 if there is none
   */
  int connect(Address source, Address target, int port, boolean mapped) {
    doubled = false;
    BitSet taken = connected.computeIfAbsent(new Way(source, target), way -> new BitSet());
    if (port != 0) {
      boolean free = !taken.get(port);
      taken.set(port);
      return free ? port : 0;
    }
    if (mapped && world.has(Quirk.MAPPED_PORTS_UNSEEN)) {
      return unseen(taken);
    }
    int start = start();
    for (int i = 0; i < count; i++) {
      int candidate = first + (start + i) % count;
      if (!taken.get(candidate) && at(candidate).isEmpty()) {
        next = (start + i + 1) % count;
        taken.set(candidate);
        return candidate;
      }
    }
    return 0;
  }

  /** A port at random, without a look at the connections. */
  private int unseen(BitSet taken) {
    long mixed = ++mappedConnects * 0x9e37_79b9_7f4a_7c15L;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    int port = first + (int) Long.remainderUnsigned(mixed ^ mixed >>> 27, count);
    doubled = taken.get(port);
    taken.set(port);
    return port;
  }

  /** Whether the port that was taken last is another connection's, too. */
  boolean isDoubled() {
    return doubled;
  }

  /** A connection is over. */
  void disconnect(Address source, Address target, int port) {
    Way way = new Way(source, target);
    BitSet taken = connected.get(way);
    if (taken != null) {
      taken.clear(port);
      if (taken.isEmpty()) {
        connected.remove(way);
      }
    }
  }
}
