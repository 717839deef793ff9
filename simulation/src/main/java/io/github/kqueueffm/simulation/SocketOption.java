package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;

/** The options of sockets, each by its C name. A system has those that its headers have. */
enum SocketOption {
  SO_ERROR(Level.SOCKET, Kind.SPECIAL),
  SO_TYPE(Level.SOCKET, Kind.SPECIAL),
  SO_ACCEPTCONN(Level.SOCKET, Kind.SPECIAL),
  SO_REUSEADDR(Level.SOCKET, Kind.SWITCH),
  SO_REUSEPORT(Level.SOCKET, Kind.SWITCH),
  SO_REUSEPORT_LB(Level.SOCKET, Kind.SWITCH),
  SO_KEEPALIVE(Level.SOCKET, Kind.SWITCH),
  SO_BROADCAST(Level.SOCKET, Kind.SWITCH),
  SO_NOSIGPIPE(Level.SOCKET, Kind.SWITCH),
  SO_LINGER(Level.SOCKET, Kind.SPECIAL),
  SO_LINGER_SEC(Level.SOCKET, Kind.SPECIAL),
  SO_SNDBUF(Level.SOCKET, Kind.SPECIAL),
  SO_RCVBUF(Level.SOCKET, Kind.SPECIAL),
  SO_SNDLOWAT(Level.SOCKET, Kind.NUMBER, 2048, 1, Integer.MAX_VALUE),
  SO_ACCEPTFILTER(Level.SOCKET, Kind.SPECIAL),
  SO_PEERCRED(Level.SOCKET, Kind.SPECIAL),
  SO_BUSY_POLL(Level.SOCKET, Kind.NUMBER, 0, 0, Integer.MAX_VALUE),

  LOCAL_PEERCRED(Level.LOCAL, Kind.SPECIAL),
  LOCAL_PEERPID(Level.LOCAL, Kind.SPECIAL),
  LOCAL_PEEREID(Level.LOCAL, Kind.SPECIAL),

  TCP_NODELAY(Level.TCP, Kind.SWITCH),
  TCP_KEEPALIVE(Level.TCP, Kind.NUMBER, 7200, 1, 32767),
  TCP_KEEPIDLE(Level.TCP, Kind.NUMBER, 7200, 1, 32767),
  TCP_KEEPINTVL(Level.TCP, Kind.NUMBER, 75, 1, 32767),
  TCP_KEEPCNT(Level.TCP, Kind.NUMBER, 8, 1, 127),
  TCP_NOPUSH(Level.TCP, Kind.SWITCH),
  TCP_CORK(Level.TCP, Kind.SWITCH),
  TCP_USER_TIMEOUT(Level.TCP, Kind.NUMBER, 0, 0, Integer.MAX_VALUE),
  TCP_FASTOPEN(Level.TCP, Kind.NUMBER, 0, 0, Integer.MAX_VALUE),
  TCP_FASTOPEN_CONNECT(Level.TCP, Kind.SWITCH),
  TCP_NOTSENT_LOWAT(Level.TCP, Kind.NUMBER, 0, Integer.MIN_VALUE, Integer.MAX_VALUE),
  TCP_QUICKACK(Level.TCP, Kind.SWITCH, 1),
  TCP_DEFER_ACCEPT(Level.TCP, Kind.NUMBER, 0, 0, Integer.MAX_VALUE),
  TCP_MAXSEG(Level.TCP, Kind.NUMBER, 536, 64, 65535),
  TCP_INFO(Level.TCP, Kind.SPECIAL),
  TCP_CONNECTION_INFO(Level.TCP, Kind.SPECIAL),

  UDP_SEGMENT(Level.UDP, Kind.NUMBER, 0, 0, 65535),
  UDP_GRO(Level.UDP, Kind.SWITCH),

  IP_TOS(Level.IP, Kind.NUMBER, 0, 0, 255),
  IP_TTL(Level.IP, Kind.NUMBER, 64, 1, 255),
  IP_MULTICAST_IF(Level.IP, Kind.SPECIAL),
  IP_MULTICAST_TTL(Level.IP, Kind.BYTE, 1, 0, 255),
  IP_MULTICAST_LOOP(Level.IP, Kind.BYTE, 1, 0, 255),
  IP_MULTICAST_ALL(Level.IP, Kind.SWITCH, 1),
  IP_ADD_MEMBERSHIP(Level.IP, Kind.SPECIAL),
  IP_DROP_MEMBERSHIP(Level.IP, Kind.SPECIAL),
  IP_ADD_SOURCE_MEMBERSHIP(Level.IP, Kind.SPECIAL),
  IP_DROP_SOURCE_MEMBERSHIP(Level.IP, Kind.SPECIAL),
  IP_BLOCK_SOURCE(Level.IP, Kind.SPECIAL),
  IP_RECVDSTADDR(Level.IP, Kind.SWITCH),
  IP_PKTINFO(Level.IP, Kind.SWITCH),
  IP_TRANSPARENT(Level.IP, Kind.SWITCH),
  IP_FREEBIND(Level.IP, Kind.SWITCH),
  IP_BIND_ADDRESS_NO_PORT(Level.IP, Kind.SWITCH),

  MCAST_JOIN_GROUP(Level.ANY_IP, Kind.SPECIAL),
  MCAST_LEAVE_GROUP(Level.ANY_IP, Kind.SPECIAL),
  MCAST_JOIN_SOURCE_GROUP(Level.ANY_IP, Kind.SPECIAL),
  MCAST_LEAVE_SOURCE_GROUP(Level.ANY_IP, Kind.SPECIAL),
  MCAST_BLOCK_SOURCE(Level.ANY_IP, Kind.SPECIAL),

  IPV6_V6ONLY(Level.IPV6, Kind.SPECIAL),
  IPV6_TCLASS(Level.IPV6, Kind.NUMBER, 0, -1, 255),
  IPV6_UNICAST_HOPS(Level.IPV6, Kind.NUMBER, 64, -1, 255),
  IPV6_MULTICAST_IF(Level.IPV6, Kind.SPECIAL),
  IPV6_MULTICAST_HOPS(Level.IPV6, Kind.NUMBER, 1, -1, 255),
  IPV6_MULTICAST_LOOP(Level.IPV6, Kind.NUMBER, 1, 0, 1),
  IPV6_MULTICAST_ALL(Level.IPV6, Kind.SWITCH, 1),
  IPV6_JOIN_GROUP(Level.IPV6, Kind.SPECIAL),
  IPV6_LEAVE_GROUP(Level.IPV6, Kind.SPECIAL),
  IPV6_RECVPKTINFO(Level.IPV6, Kind.SWITCH);

  /** The levels; {@link #ANY_IP} options are of IPv4 or IPv6. */
  enum Level {
    SOCKET,
    LOCAL,
    TCP,
    UDP,
    IP,
    IPV6,
    ANY_IP
  }

  /** The types of values. */
  enum Kind {
    /** On or off: an int. */
    SWITCH,
    /** An int between two bounds. */
    NUMBER,
    /** A number that may also be one byte in memory. */
    BYTE,
    /** Everything that needs code. */
    SPECIAL
  }

  final Constant constant;
  final Level level;
  final Kind kind;
  final int first;
  final int least;
  final int most;

  /** Which of the options of its kind it is, counted from 0. */
  final int slot;

  SocketOption(Level level, Kind kind) {
    this(level, kind, 0);
  }

  SocketOption(Level level, Kind kind, int first) {
    this(level, kind, first, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  SocketOption(Level level, Kind kind, int first, int least, int most) {
    this.constant = Constant.valueOf(name());
    this.level = level;
    this.kind = kind;
    this.first = first;
    this.least = least;
    this.most = most;
    this.slot = Slots.take(kind == Kind.SWITCH || kind == Kind.SPECIAL);
  }

  /** Switches and codes have a bit each, numbers a place in an array. */
  private static final class Slots {
    private static final int[] TAKEN = new int[2];

    static int take(boolean bit) {
      return TAKEN[bit ? 1 : 0]++;
    }
  }

  /** {@return how many options are numbers} */
  static int numbers() {
    return Slots.TAKEN[0];
  }
}
