package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.simulation.SocketOption.Level;
import io.github.kqueueffm.syscall.Memory;
import java.util.ArrayList;
import java.util.List;

/** The multicast options of a UDP socket: its memberships, and the interface it sends by. */
final class Groups {
  private static final int IPV4 = 4;
  private static final int IPV6 = 16;

  private final World world;
  private final Platform platform;
  private final UdpSocket socket;
  private final List<Membership> memberships = new ArrayList<>(1);

  /** The interfaces of IP_MULTICAST_IF and IPV6_MULTICAST_IF, or 0. */
  private int interface4;

  private int interface6;

  /** A group on an interface, with the senders that are wanted or, if there are none, unwanted. */
  private static final class Membership {
    final Address group;
    final int via;
    final List<Address> wanted = new ArrayList<>(0);
    final List<Address> blocked = new ArrayList<>(0);

    Membership(Address group, int via) {
      this.group = group;
      this.via = via;
    }

    boolean takes(Address sender) {
      return wanted.isEmpty() ? !contains(blocked, sender) : contains(wanted, sender);
    }
  }

  private static boolean contains(List<Address> addresses, Address address) {
    return addresses.stream().anyMatch(address::sameHost);
  }

  Groups(UdpSocket socket) {
    this.socket = socket;
    world = socket.world;
    platform = world.platform;
  }

  /** Whether a datagram to a group that came in at an interface is for this socket. */
  boolean take(Address group, int via, Address sender) {
    for (Membership membership : memberships) {
      if (membership.via == via && membership.group.sameHost(group)) {
        return membership.takes(sender);
      }
    }
    return false;
  }

  boolean isEmpty() {
    return memberships.isEmpty();
  }

  /** {@return the interface by which datagrams to groups leave, or 0} */
  int interfaceOf(boolean v4) {
    return v4 ? interface4 : interface6;
  }

  int get(SocketOption option, long value, int room) {
    return switch (option) {
      case IPV6_MULTICAST_IF -> socket.answer(value, room, interface6);
      case IP_MULTICAST_IF -> getInterface4(value, room);
      default -> world.error(Errno.ENOPROTOOPT);
    };
  }

  private int getInterface4(long value, int room) {
    byte[] address =
        interface4 == 0
            ? new byte[IPV4]
            : world.network.interfaces.address(interface4, true).bytes();
    int length = Math.min(room, IPV4);
    Memory.copy(address, 0, value, length);
    return length;
  }

  int set(SocketOption option, Level level, long value, int length) {
    return switch (option) {
      case IP_MULTICAST_IF -> setInterface4(value, length);
      case IPV6_MULTICAST_IF -> setInterface6(value, length);
      case IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP -> byAddress(option, value, length);
      case IPV6_JOIN_GROUP, IPV6_LEAVE_GROUP -> byIndex(option, value, length);
      case IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP, IP_BLOCK_SOURCE ->
          sourceByAddress(option, value, length);
      case MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP -> byRequest(option, level, value, length);
      case MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP, MCAST_BLOCK_SOURCE ->
          sourceByRequest(option, level, value, length);
      default -> world.error(Errno.ENOPROTOOPT);
    };
  }

  private int setInterface4(long value, int length) {
    if (length < IPV4) {
      return world.error(Errno.EINVAL);
    }
    Struct indexed = platform.hasStruct("ip_mreqn") ? platform.struct("ip_mreqn") : null;
    if (indexed != null && length >= indexed.size()) {
      int index = Memory.getInt(value + indexed.offset("imr_ifindex"));
      if (index != 0) {
        return choose4(index);
      }
      return choose4(ip(value + indexed.offset("imr_address"), IPV4));
    }
    return choose4(ip(value, IPV4));
  }

  private int choose4(Address address) {
    return address.isWildcard() ? choose4(0) : choose4(indexOr(address));
  }

  private int choose4(int index) {
    if (index < 0 || index > Interfaces.OTHER) {
      return world.error(Errno.EADDRNOTAVAIL);
    }
    interface4 = index;
    return 0;
  }

  /** {@return the interface with that address, or -1} */
  private int indexOr(Address address) {
    int index = world.network.interfaces.indexOf(address);
    return index == 0 ? -1 : index;
  }

  private int setInterface6(long value, int length) {
    int index = length < Integer.BYTES ? -1 : Memory.getInt(value);
    if (index < 0 || index > Interfaces.OTHER) {
      return world.error(length < Integer.BYTES ? Errno.EINVAL : Errno.ENXIO);
    }
    interface6 = index;
    return 0;
  }

  private int byAddress(SocketOption option, long value, int length) {
    Struct struct = platform.struct("ip_mreq");
    Struct indexed = platform.hasStruct("ip_mreqn") ? platform.struct("ip_mreqn") : null;
    if (length < struct.size()) {
      return world.error(Errno.EINVAL);
    }
    Address group = ip(value + struct.offset("imr_multiaddr"), IPV4);
    int index = 0;
    if (indexed != null && length >= indexed.size()) {
      index = Memory.getInt(value + indexed.offset("imr_ifindex"));
    }
    Address address = ip(value + struct.offset("imr_interface"), IPV4);
    if (index == 0 && !address.isWildcard()) {
      index = indexOr(address);
    }
    return change(option == SocketOption.IP_ADD_MEMBERSHIP, group, index);
  }

  private int byIndex(SocketOption option, long value, int length) {
    Struct struct = platform.struct("ipv6_mreq");
    if (length < struct.size()) {
      return world.error(Errno.EINVAL);
    }
    Address group = ip(value + struct.offset("ipv6mr_multiaddr"), IPV6);
    if (group.kind() == Address.Kind.IPV4 && !world.has(Quirk.MAPPED_GROUPS)) {
      return world.error(Errno.EINVAL);
    }
    int index = Memory.getInt(value + struct.offset("ipv6mr_interface"));
    return change(option == SocketOption.IPV6_JOIN_GROUP, group, index);
  }

  private int sourceByAddress(SocketOption option, long value, int length) {
    Struct struct = platform.struct("ip_mreq_source");
    if (length < struct.size()) {
      return world.error(Errno.EINVAL);
    }
    Address address = ip(value + struct.offset("imr_interface"), IPV4);
    return change(
        option,
        ip(value + struct.offset("imr_multiaddr"), IPV4),
        address.isWildcard() ? 0 : indexOr(address),
        ip(value + struct.offset("imr_sourceaddr"), IPV4));
  }

  private int byRequest(SocketOption option, Level level, long value, int length) {
    Struct struct = platform.struct("group_req");
    if (length < struct.size()) {
      return world.error(Errno.EINVAL);
    }
    Address group = read(level, value + struct.offset("gr_group"));
    int index = Memory.getInt(value + struct.offset("gr_interface"));
    if (group == null) {
      return world.error(Errno.EINVAL);
    }
    if (index == 0 && world.has(Quirk.GROUP_NEEDS_INTERFACE)) {
      return world.error(Errno.EADDRNOTAVAIL);
    }
    return change(option == SocketOption.MCAST_JOIN_GROUP, group, index);
  }

  private int sourceByRequest(SocketOption option, Level level, long value, int length) {
    Struct struct = platform.struct("group_source_req");
    if (length < struct.size()) {
      return world.error(Errno.EINVAL);
    }
    Address group = read(level, value + struct.offset("gsr_group"));
    Address source = read(level, value + struct.offset("gsr_source"));
    int index = Memory.getInt(value + struct.offset("gsr_interface"));
    if (group == null || source == null) {
      return world.error(Errno.EINVAL);
    }
    if (index == 0 && world.has(Quirk.GROUP_NEEDS_INTERFACE)) {
      return world.error(Errno.EADDRNOTAVAIL);
    }
    return change(option, group, index, source);
  }

  /**
   * {@return the address of a request, or {@code null} if it is not of the level, or has a port}
   */
  private Address read(Level level, long memory) {
    String struct = level == Level.IP ? "sockaddr_in" : "sockaddr_in6";
    int length = platform.struct(struct).size();
    String lengthField = level == Level.IP ? "sin_len" : "sin6_len";
    if (platform.struct(struct).has(lengthField)
        && Memory.getByte(memory + platform.struct(struct).offset(lengthField)) != length) {
      return null;
    }
    Address address = world.addresses.read(memory, length);
    Address.Kind kind = level == Level.IP ? Address.Kind.IPV4 : Address.Kind.IPV6;
    return address == null || address.kind() != kind || address.port() != 0 ? null : address;
  }

  private static Address ip(long memory, int width) {
    byte[] bytes = new byte[width];
    Memory.copy(memory, bytes, 0, width);
    return Addresses.ip(bytes);
  }

  /** Joins or leaves a group for all senders. An index of 0 leaves the choice to the system. */
  private int change(boolean join, Address group, int index) {
    int via = checked(group, index);
    if (via < 0) {
      return via;
    }
    Membership found = find(group, via);
    if (join) {
      if (found != null) {
        return world.error(Errno.EADDRINUSE);
      }
      memberships.add(new Membership(group, via));
      return 0;
    }
    if (found == null) {
      return world.error(Errno.EADDRNOTAVAIL);
    }
    memberships.remove(found);
    return 0;
  }

  /** Joins or leaves a group for one sender, or stops receiving from one. */
  private int change(SocketOption option, Address group, int index, Address source) {
    int via = checked(group, index);
    if (via < 0) {
      return via;
    }
    Membership found = find(group, via);
    return switch (option) {
      case IP_ADD_SOURCE_MEMBERSHIP, MCAST_JOIN_SOURCE_GROUP ->
          joinSource(found, group, via, source);
      case IP_DROP_SOURCE_MEMBERSHIP, MCAST_LEAVE_SOURCE_GROUP -> leaveSource(found, source);
      default -> block(found, source);
    };
  }

  private int joinSource(Membership found, Address group, int via, Address source) {
    Membership membership = found;
    if (membership == null) {
      membership = new Membership(group, via);
      memberships.add(membership);
    } else if (membership.wanted.isEmpty()) {
      // It is a member for all senders.
      return world.error(Errno.EINVAL);
    } else if (contains(membership.wanted, source)) {
      return world.error(Errno.EADDRNOTAVAIL);
    }
    membership.wanted.add(source.withPort(0));
    return 0;
  }

  private int leaveSource(Membership found, Address source) {
    if (found == null || !contains(found.wanted, source)) {
      return world.error(Errno.EADDRNOTAVAIL);
    }
    found.wanted.removeIf(source::sameHost);
    if (found.wanted.isEmpty()) {
      memberships.remove(found);
    }
    return 0;
  }

  private int block(Membership found, Address source) {
    if (found == null || !found.wanted.isEmpty()) {
      return world.error(found == null ? Errno.EADDRNOTAVAIL : Errno.EINVAL);
    }
    if (contains(found.blocked, source)) {
      return world.error(Errno.EADDRNOTAVAIL);
    }
    found.blocked.add(source.withPort(0));
    return 0;
  }

  /** {@return the interface for a group, or the negative errno} */
  private int checked(Address group, int index) {
    if (!group.isMulticast()) {
      return world.error(Errno.EINVAL);
    }
    if (index < 0 || index > Interfaces.OTHER) {
      return world.error(Errno.EADDRNOTAVAIL);
    }
    return index == 0 ? Interfaces.OTHER : index;
  }

  private Membership find(Address group, int via) {
    for (Membership membership : memberships) {
      if (membership.via == via && membership.group.sameHost(group)) {
        return membership;
      }
    }
    return null;
  }
}
