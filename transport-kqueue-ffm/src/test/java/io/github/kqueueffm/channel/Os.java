package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Errno;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A system whose kernel the tests script. Its numbers and layouts are written here by hand, from
 * the systems' headers, so that no platform file is checked against itself.
 */
@SuppressWarnings("ByteBufferBackingArray") // All are allocated here.
enum Os {
  MACOS_AARCH64("macos-aarch64", "kevent"),
  MACOS_X86_64("macos-x86_64", "kevent"),
  FREEBSD_X86_64("freebsd-x86_64", "kevent"),
  FREEBSD_AARCH64("freebsd-aarch64", "kevent"),
  OPENBSD_X86_64("openbsd-x86_64", "kevent"),
  NETBSD_9_X86_64("netbsd-x86_64", "__kevent50"),
  NETBSD_10_X86_64("netbsd-x86_64", "__kevent50"),
  NETBSD_11_X86_64("netbsd-x86_64", "__kevent100"),
  DRAGONFLY_X86_64("dragonfly-x86_64", "kevent");

  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int SCM_RIGHTS = 1;
  static final int SOCK_STREAM = 1;
  static final int SOCK_DGRAM = 2;
  static final int SOL_SOCKET = 0xffff;
  static final int SO_REUSEADDR = 4;
  static final int SO_ERROR = 0x1007;
  static final int IPPROTO_TCP = 6;
  static final int TCP_NODELAY = 1;
  static final int IPPROTO_IPV6 = 41;
  static final int IPV6_V6ONLY = 27;
  static final int IPV6_PKTINFO = 46;
  static final int IP_RECVDSTADDR = 7;
  static final int F_GETFD = 1;
  static final int F_SETFD = 2;
  static final int FD_CLOEXEC = 1;
  static final int F_SETFL = 4;
  static final int O_NONBLOCK = 4;
  static final int SAE_ASSOCID_ANY = 0;
  static final int CONNECT_DATA_IDEMPOTENT = 2;
  static final int EV_ADD = 1;
  static final int EV_DELETE = 2;
  static final int EV_ENABLE = 4;
  static final int EV_ONESHOT = 0x10;
  static final int EV_CLEAR = 0x20;

  private final String platform;
  private final String keventSymbol;
  private final String system;

  Os(String platform, String keventSymbol) {
    this.platform = platform;
    this.keventSymbol = keventSymbol;
    system = platform.substring(0, platform.indexOf('-'));
  }

  String platform() {
    return platform;
  }

  /** Under which name the C library has kevent, on NetBSD a matter of its release. */
  String keventSymbol() {
    return keventSymbol;
  }

  boolean isMacos() {
    return system.equals("macos");
  }

  /** Whether the data of an event is the bytes of the datagrams: measured on FreeBSD. */
  boolean countsDatagrams() {
    return system.equals("freebsd");
  }

  boolean isNetbsd() {
    return system.equals("netbsd");
  }

  /**
   * How a loop is woken up there: the spec's timer, EVFILT_USER, or before NetBSD 10 and OpenBSD
   * 7.8 a pipe.
   */
  String wakeup() {
    if (this == NETBSD_9_X86_64) {
      return "pipe";
    }
    return switch (system) {
      case "macos" -> "timer";
      case "openbsd" -> "pipe";
      default -> "user";
    };
  }

  int inet6() {
    return switch (system) {
      case "macos" -> 30;
      case "freebsd", "dragonfly" -> 28;
      default -> 24;
    };
  }

  /** With what IPV6_V6ONLY refuses to be cleared; {@code null} where it can be. */
  Errno v6OnlyErrno() {
    return switch (system) {
      case "openbsd" -> Errno.EINVAL;
      case "dragonfly" -> Errno.EOPNOTSUPP;
      default -> null;
    };
  }

  /** The address family of a socket that is to hear both, as far as one can. */
  int inet() {
    return v6OnlyErrno() == null ? inet6() : AF_INET;
  }

  /** The address family of a new client, of which nothing special is wanted. */
  int clientInet() {
    return isNetbsd() ? AF_INET : inet();
  }

  /** The address family that a datagram socket has once it has an IPv4 address. */
  int datagramInet() {
    return isNetbsd() || system.equals("freebsd") ? AF_INET : inet();
  }

  /** Whether an address decides of which family a datagram socket is. */
  boolean choosesDatagramFamily() {
    return datagramInet() == AF_INET;
  }

  /** Whether an address decides of which family a client is. */
  boolean choosesClientFamily() {
    return clientInet() == AF_INET;
  }

  /** O_CLOEXEC. */
  int closeOnExec() {
    return switch (system) {
      case "freebsd" -> 0x100000;
      case "netbsd" -> 0x400000;
      case "dragonfly" -> 0x20000;
      case "openbsd" -> 0x10000;
      default -> 0x1000000;
    };
  }

  /** SOCK_NONBLOCK|SOCK_CLOEXEC; 0 where fcntl(2) has to do it, also for what was accepted. */
  int creationFlags() {
    return switch (system) {
      case "macos" -> 0;
      case "openbsd" -> 0xc000;
      default -> 0x3000_0000;
    };
  }

  /** SO_NOSIGPIPE; 0 where there is none. */
  int noSigpipe() {
    return switch (system) {
      case "macos" -> 0x1022;
      case "openbsd" -> 0;
      default -> 0x800;
    };
  }

  /** The option of struct linger that counts in seconds: macOS's SO_LINGER counts in ticks. */
  int linger() {
    return isMacos() ? 0x1080 : 0x80;
  }

  /** What getpeername says of a connection that is gone. */
  Errno noPeer() {
    return isMacos() ? Errno.EINVAL : Errno.ENOTCONN;
  }

  int msgNoSignal() {
    return switch (system) {
      case "macos" -> 0x80000;
      case "freebsd" -> 0x20000;
      default -> 0x400;
    };
  }

  /** MSG_CMSG_CLOEXEC; 0 where there is none. */
  int msgCmsgCloexec() {
    return switch (system) {
      case "macos" -> 0;
      case "freebsd" -> 0x40000;
      case "dragonfly" -> 0x1000;
      default -> 0x800;
    };
  }

  /** One that is sound. NetBSD 9 has both mmsg calls, which leave their errors with the socket. */
  boolean hasSendmmsg() {
    return !isMacos() && !system.equals("dragonfly") && this != NETBSD_9_X86_64;
  }

  /** IPPROTO_IPV6, or IPPROTO_IP where a socket of {@link #inet()} is one of IPv4. */
  int pktinfoLevel() {
    return inet() == AF_INET ? 0 : IPPROTO_IPV6;
  }

  /** The option that makes the kernel tell where a datagram was sent to. */
  int recvPktinfo() {
    if (inet() == AF_INET) {
      return IP_RECVDSTADDR;
    }
    return isMacos() ? 61 : 36;
  }

  /** What the kernel tells then. */
  byte[] pktinfo(String ip) {
    if (inet() == AF_INET) {
      return control(pktinfoLevel(), IP_RECVDSTADDR, raw(ip));
    }
    byte[] info = zeroes(20).position(10).put((byte) 0xff).put((byte) 0xff).put(raw(ip)).array();
    return control(pktinfoLevel(), IPV6_PKTINFO, info);
  }

  int evfiltRead() {
    return isNetbsd() ? 0 : -1;
  }

  int evfiltWrite() {
    return isNetbsd() ? 1 : -2;
  }

  int keventSize() {
    return switch (system) {
      case "freebsd" -> 64;
      case "netbsd" -> keventSymbol.equals("__kevent100") ? 72 : 40;
      default -> 32;
    };
  }

  /** A struct kevent. */
  byte[] kevent(long ident, int filter, int flags, int fflags, long data, long udata) {
    ByteBuffer bytes = zeroes(keventSize()).putLong(ident);
    if (isNetbsd()) {
      bytes.putInt(filter).putInt(flags).putInt(fflags).putInt(0);
    } else {
      bytes.putShort((short) filter).putShort((short) flags).putInt(fflags);
    }
    return bytes.putLong(data).putLong(udata).array();
  }

  /** The struct sockaddr of an address, for a socket of {@link #inet()}. */
  byte[] address(String ip, int port) {
    return address(inet(), ip, port);
  }

  /** The struct sockaddr of an address, for a socket of that family. */
  byte[] address(int family, String ip, int port) {
    byte[] raw = raw(ip);
    if (family == AF_INET) {
      return zeroes(16).put((byte) 16).put((byte) AF_INET).put(big(port)).put(raw).array();
    }
    ByteBuffer address = zeroes(28).put((byte) 28).put((byte) inet6()).put(big(port));
    if (raw.length == 16) {
      return address.position(8).put(raw).array();
    }
    return address.position(18).put((byte) 0xff).put((byte) 0xff).put(raw).array();
  }

  /** macOS's sa_endpoints_t that names a destination only. */
  static byte[] destination(long address, int length) {
    return zeroes(40).putLong(24, address).putInt(32, length).array();
  }

  /** The struct sockaddr of all addresses. */
  byte[] wildcard(int port) {
    return wildcard(inet(), port);
  }

  /** The same for a socket of that family. */
  byte[] wildcard(int family, int port) {
    int length = family == AF_INET ? 16 : 28;
    return zeroes(length).put((byte) length).put((byte) family).put(big(port)).array();
  }

  /** The struct sockaddr_un of a path, which needs no 0 at its end. */
  byte[] localAddress(byte[] path) {
    int length = 2 + path.length;
    return zeroes(length).put((byte) length).put((byte) AF_UNIX).put(path).array();
  }

  /** A control message that carries descriptors, with its padding. */
  byte[] rights(int... descriptors) {
    return control(SOL_SOCKET, SCM_RIGHTS, ints(descriptors));
  }

  private byte[] control(int level, int type, byte... data) {
    int align = isMacos() ? 4 : 8;
    int head = 12 + align - 1 & -align;
    int length = head + data.length;
    ByteBuffer bytes = zeroes(length + align - 1 & -align);
    return bytes.putInt(length).putInt(level).putInt(type).position(head).put(data).array();
  }

  static byte[] ints(int... values) {
    ByteBuffer bytes = zeroes(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  /** A struct timespec. */
  static byte[] timespec(long seconds, long nanos) {
    return zeroes(16).putLong(seconds).putLong(nanos).array();
  }

  private static byte[] raw(String ip) {
    try {
      return InetAddress.getByName(ip).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(ip, e);
    }
  }

  private static byte[] big(int port) {
    return new byte[] {(byte) (port >> 8), (byte) port};
  }

  /** All of these systems are little-endian. */
  private static ByteBuffer zeroes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
