package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.simulation.SocketOption.Level;
import java.util.List;

/** A UDP socket. Datagrams arrive in order; those that do not fit are dropped. */
final class UdpSocket extends DatagramSocket {
  private static final int RECEIVE_SPACE = 42_080;
  private static final int SEND_SPACE = 9_216;

  /** The most bytes of a packet, and of its head. */
  private static final int MOST = 65_535;

  /** Measured on Linux 6.18. */
  private static final int MOST_SEGMENTS = 128;

  private static final int HEAD_4 = 28;
  private static final int HEAD_6 = 8;
  private static final Address BROADCAST = Address.ip("255.255.255.255", 0);

  /** The broadcast address of the second interface's network. */
  private static final Address NETWORK_BROADCAST = Address.ip("10.0.0.255", 0);

  private Address local;
  private Address remote;

  /** The kernel chose the port. */
  private boolean portChosen;

  /** Connect chose the address. */
  private boolean addressChosen;

  /** The family of the first peer, if the socket keeps it. */
  private Address.Kind keptFamily;

  private long lastArrival;
  private Groups groups;

  UdpSocket(World world, Family family) {
    super(
        world,
        family,
        world.quirks.number(Quirk.UDP_SPACE, RECEIVE_SPACE),
        world.quirks.number(Quirk.UDP_SPACE, SEND_SPACE));
  }

  @Override
  boolean isBound() {
    return local != null && local.port() != 0;
  }

  @Override
  boolean isConnected() {
    return remote != null;
  }

  @Override
  Address localName() {
    return local == null ? Network.unbound(family) : local;
  }

  @Override
  Address peerName() {
    if (remote == null) {
      world.nameError = error(Errno.ENOTCONN);
    }
    return remote;
  }

  @Override
  int bind(Address address) {
    if (isBound()) {
      return error(Errno.EINVAL);
    }
    Address bound = world.network.bind(this, address);
    if (bound == null) {
      return world.network.refusal();
    }
    local = bound;
    portChosen = address.port() == 0;
    return 0;
  }

  @Override
  int listen(int backlog) {
    return error(Errno.EOPNOTSUPP);
  }

  @Override
  int accept(Accepted result) {
    return error(Errno.EOPNOTSUPP);
  }

  /** {@return 0 once it has a port} */
  private int bindIfUnbound() {
    return isBound() ? 0 : bind(localName());
  }

  @Override
  int connect(Address address) {
    if (address.kind() == Address.Kind.UNSPECIFIED) {
      disconnect();
      // The BSDs look at the family only after they have dissolved the association.
      return world.has(Quirk.UNSPEC_DISCONNECTS) ? 0 : error(Errno.EAFNOSUPPORT);
    }
    if (remote != null && !world.has(Quirk.FAILED_CONNECT_KEEPS_PEER)) {
      disconnect();
    }
    int refused = refusal(address);
    if (refused < 0) {
      if (world.has(Quirk.ASYNCHRONOUS_CONNECT)) {
        pendingError = -refused;
        changed(true, true);
        return 0;
      }
      return refused;
    }
    return connected(destination(address));
  }

  private int refusal(Address address) {
    if (keptFamily != null && address.isIp() && address.kind() != keptFamily) {
      return error(Errno.valueOf(world.quirks.value(Quirk.PEERS_FAMILY_STAYS, "EAFNOSUPPORT")));
    }
    if (isBroadcast(address) && !isOn(SocketOption.SO_BROADCAST)) {
      return error(Errno.EACCES);
    }
    return destination(address) == null ? world.network.refusal() : 0;
  }

  private Address destination(Address address) {
    return isBroadcast(address) ? address : world.network.destination(this, address);
  }

  private int connected(Address target) {
    int bound = bindIfUnbound();
    if (bound < 0) {
      return bound;
    }
    remote = target;
    if (isInet6() && world.has(Quirk.PEERS_FAMILY_STAYS)) {
      keptFamily = target.kind();
    }
    if (local.isWildcard()) {
      addressChosen = true;
      local = world.network.interfaces.sourceFor(target).withPort(local.port());
    }
    return 0;
  }

  private void disconnect() {
    boolean was = remote != null;
    remote = null;
    if (was && addressChosen) {
      local = Network.unbound(family).withPort(local.port());
      addressChosen = false;
    }
    if (was && portChosen && world.has(Quirk.UNSPEC_DISCONNECTS)) {
      // The port was not asked for, so it is given up.
      world.network.release(this, local);
      local = local.withPort(0);
    }
  }

  // Sending.

  @Override
  long send(Iov from, Message message) {
    int error = sendError();
    if (error < 0) {
      return error;
    }
    Address to = remote;
    if (message != null && message.name != 0) {
      to = world.addresses.read(message.name, message.nameLength);
      if (to == null || !to.isIp()) {
        return error(to == null ? Errno.EINVAL : Errno.EAFNOSUPPORT);
      }
      if (remote != null && !world.has(Quirk.CONNECTED_SENDS_ANYWHERE)) {
        return error(Errno.EISCONN);
      }
    }
    if (to == null) {
      return error(Errno.EDESTADDRREQ);
    }
    int segment = message == null ? 0 : world.controlData.segment(message);
    return send(from, to, segment == 0 ? number(SocketOption.UDP_SEGMENT) : segment);
  }

  private long send(Iov from, Address to, int segment) {
    if (segment != 0 && from.total() > (long) segment * MOST_SEGMENTS) {
      return error(Errno.EINVAL);
    }
    if (from.total() > Math.min(sendSpace(), most(to))) {
      return error(Errno.EMSGSIZE);
    }
    int refused = to == remote ? 0 : refusal(to);
    if (refused < 0) {
      return refused;
    }
    int bound = bindIfUnbound();
    if (bound < 0) {
      return bound;
    }
    Address target = destination(to);
    byte[] content = content(from);
    Address source = source(target);
    int via = interfaceFor(target);
    inOrder(() -> arrive(new Datagram(content, source, target, via, List.of(), segment)));
    return content.length;
  }

  private static int most(Address to) {
    return MOST - (to.kind() == Address.Kind.IPV4 ? HEAD_4 : HEAD_6);
  }

  private Address source(Address target) {
    if (!local.isWildcard()) {
      return local;
    }
    Interfaces interfaces = world.network.interfaces;
    if (target.isMulticast()) {
      boolean v4 = target.kind() == Address.Kind.IPV4;
      return interfaces.address(interfaceFor(target), v4).withPort(local.port());
    }
    return interfaces.sourceFor(target).withPort(local.port());
  }

  /** {@return the interface by which a datagram leaves, and comes in again} */
  private int interfaceFor(Address target) {
    if (!target.isMulticast()) {
      int own = world.network.interfaces.indexOf(target);
      return own == 0 ? Interfaces.OTHER : own;
    }
    if (target.scope() != 0) {
      return target.scope();
    }
    int chosen = groups == null ? 0 : groups.interfaceOf(target.kind() == Address.Kind.IPV4);
    return chosen == 0 ? Interfaces.OTHER : chosen;
  }

  private void inOrder(Runnable arrival) {
    long now = world.pace.nanoTime();
    long at = Math.max(lastArrival, now + world.choices.delayNanos());
    lastArrival = at;
    world.afterDelay(at - now, arrival);
  }

  private static boolean isBroadcast(Address address) {
    return address.sameHost(BROADCAST) || address.sameHost(NETWORK_BROADCAST);
  }

  // Arriving, at the machine that sent it.

  private void arrive(Datagram datagram) {
    Address to = datagram.to();
    if (to.isMulticast() || isBroadcast(to)) {
      arriveAtMany(datagram);
      return;
    }
    if (!world.network.interfaces.isOwn(to)) {
      return;
    }
    UdpSocket receiver = receiver(datagram);
    if (receiver == null) {
      unreachable(to);
    } else {
      receiver.add(datagram);
    }
  }

  private UdpSocket receiver(Datagram datagram) {
    UdpSocket found = null;
    int best = 0;
    for (SocketFile socket : world.network.udp.at(datagram.to().port())) {
      int rank = ((UdpSocket) socket).rank(datagram);
      if (rank > best) {
        best = rank;
        found = (UdpSocket) socket;
      }
    }
    return found;
  }

  /** How well a datagram fits this socket, 0 if it does not. A peer's fits best. */
  private int rank(Datagram datagram) {
    if (remote == null) {
      return Network.rank(this, datagram.to());
    }
    return remote.equals(datagram.from()) ? 3 + Network.rank(this, datagram.to()) : 0;
  }

  private void arriveAtMany(Datagram datagram) {
    Address to = datagram.to();
    boolean v4 = to.kind() == Address.Kind.IPV4;
    if (to.isMulticast() && !loops(v4)) {
      return;
    }
    for (SocketFile socket : List.copyOf(world.network.udp.at(to.port()))) {
      UdpSocket receiver = (UdpSocket) socket;
      if (receiver.takesFromMany(datagram)) {
        receiver.add(datagram);
      }
    }
  }

  private boolean loops(boolean v4) {
    boolean both = isInet6() && v4;
    SocketOption option = v4 ? SocketOption.IP_MULTICAST_LOOP : SocketOption.IPV6_MULTICAST_LOOP;
    // A system whose IPv6 sockets lack the option of IPv4 sends its datagrams by the default.
    return both && !world.has(Quirk.IPV4_OPTIONS_OF_IPV6_SOCKETS) || number(option) != 0;
  }

  private boolean takesFromMany(Datagram datagram) {
    Address to = datagram.to();
    Address its = localName();
    if (remote != null && !remote.equals(datagram.from())) {
      return false;
    }
    boolean named = its.sameHost(to) || its.isWildcard() && coversFamily(its, to);
    if (!named) {
      return false;
    }
    if (!to.isMulticast()) {
      return true;
    }
    if (groups != null && groups.take(to, datagram.interfaceIndex(), datagram.from())) {
      return true;
    }
    return (groups == null || groups.isEmpty())
        && world.has(Quirk.ALL_GROUPS)
        && takesAll(to)
        && isJoinedBySomeone(datagram);
  }

  private boolean takesAll(Address to) {
    return isOn(
        to.kind() == Address.Kind.IPV4
            ? SocketOption.IP_MULTICAST_ALL
            : SocketOption.IPV6_MULTICAST_ALL);
  }

  private boolean isJoinedBySomeone(Datagram datagram) {
    for (SocketFile socket : world.network.udp.at(datagram.to().port())) {
      Groups its = ((UdpSocket) socket).groups;
      if (its != null && its.take(datagram.to(), datagram.interfaceIndex(), datagram.from())) {
        return true;
      }
    }
    return false;
  }

  private boolean coversFamily(Address its, Address to) {
    return its.kind() == to.kind() || its.kind() == Address.Kind.IPV6 && !isV6Only();
  }

  private void add(Datagram datagram) {
    for (Datagram each : isOn(SocketOption.UDP_GRO) ? List.of(datagram) : datagram.cut()) {
      if (!isInputShut() && size(each) <= room()) {
        enqueue(each);
      }
    }
  }

  /** The machine answers a datagram to a port without a socket by ICMP. */
  private void unreachable(Address to) {
    boolean mapped = isInet6() && to.kind() == Address.Kind.IPV4;
    if (local != null
        && to.equals(remote)
        && !(mapped && world.has(Quirk.MAPPED_UNREACHABLE_UNHEARD))) {
      fail(Errno.ECONNREFUSED);
      changed(true, true);
    }
  }

  @Override
  int putControl(Message message, Datagram datagram, int flags) {
    if (isOn(SocketOption.UDP_GRO) && datagram.isSeveral()) {
      world.controlData.segment(message, datagram.segment());
    }
    boolean v4 = datagram.to().kind() == Address.Kind.IPV4;
    if (isInet6()) {
      if (isOn(SocketOption.IPV6_RECVPKTINFO)) {
        boolean unknown = v4 && world.has(Quirk.MAPPED_RECIPIENT_UNKNOWN);
        Address to = unknown ? Network.unbound(Family.IPV6) : datagram.to();
        world.controlData.destination(message, to, true, true, datagram.interfaceIndex());
      }
    } else if (isOn(SocketOption.IP_RECVDSTADDR) || isOn(SocketOption.IP_PKTINFO)) {
      boolean info = isOn(SocketOption.IP_PKTINFO);
      world.controlData.destination(message, datagram.to(), false, info, datagram.interfaceIndex());
    }
    return 0;
  }

  // Options.

  private Groups groups() {
    if (groups == null) {
      groups = new Groups(this);
    }
    return groups;
  }

  @Override
  int getSpecial(SocketOption option, long value, int room) {
    return groups().get(option, value, room);
  }

  @Override
  int setSpecial(SocketOption option, Level level, long value, int length) {
    return groups().set(option, level, value, length);
  }

  @Override
  void closed() {
    dropDatagrams();
    if (isBound()) {
      world.network.release(this, local);
      local = null;
    }
  }

  @Override
  String describe() {
    return "UDP socket " + localName() + (remote == null ? "" : " to " + remote);
  }
}
