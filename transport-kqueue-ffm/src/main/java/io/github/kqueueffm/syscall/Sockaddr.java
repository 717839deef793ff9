package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Arrays;

/**
 * Writes and reads struct sockaddr in one platform's layout. No method looks up a name.
 *
 * <p>Immutable; may be used from any thread.
 */
public final class Sockaddr {
  /** What {@link #ipv4(long, int)} returns for an address that is not of IPv4. */
  public static final long NOT_IPV4 = -1;

  /**
   * sa_len is one byte, and Darwin accepts and returns paths of local sockets up to its maximum.
   */
  private static final int LONGEST = 256;

  private static final Constant[] FAMILIES = {
    Constant.AF_UNIX, Constant.AF_INET, Constant.AF_INET6
  };

  private static final int IPV4 = 4;
  private static final int IPV6 = 16;
  private static final int MAPPED_PREFIX = 12;

  /** The codec in use: a JVM has one platform, except in tests. */
  private static volatile Sockaddr last;

  private final Platform platform;
  private final int size;
  private final boolean hasLength;
  private final int unix;
  private final int inet;
  private final int inet6;
  private final int inetSize;
  private final int port;
  private final int address;
  private final int inet6Size;
  private final int port6;
  private final int address6;
  private final int scope;
  private final int path;
  private final int pathWidth;

  public Sockaddr(Platform platform) {
    this.platform = platform;
    size = Math.max(platform.struct("sockaddr_storage").size(), LONGEST);
    unix = platform.get(Constant.AF_UNIX);
    inet = platform.get(Constant.AF_INET);
    inet6 = platform.get(Constant.AF_INET6);
    Struct v4 = platform.struct("sockaddr_in");
    hasLength = v4.has("sin_len");
    inetSize = v4.size();
    port = v4.offset("sin_port");
    address = v4.offset("sin_addr");
    Struct v6 = platform.struct("sockaddr_in6");
    inet6Size = v6.size();
    port6 = v6.offset("sin6_port");
    address6 = v6.offset("sin6_addr");
    scope = v6.offset("sin6_scope_id");
    Struct un = platform.struct("sockaddr_un");
    path = un.offset("sun_path");
    pathWidth = un.width("sun_path");
  }

  /** {@return the codec of a platform} */
  public static Sockaddr of(Platform platform) {
    Sockaddr codec = last;
    if (codec == null || codec.platform != platform) {
      codec = new Sockaddr(platform);
      last = codec;
    }
    return codec;
  }

  /** {@return the bytes that hold an address of any family} */
  public int size() {
    return size;
  }

  /** {@return the maximum length of a local socket's path in bytes} */
  public int maxPath() {
    return pathWidth - 1;
  }

  /** {@return the family of an address} */
  public int family(long memory) {
    return hasLength ? Memory.getByte(memory + 1) & 0xff : Memory.getShort(memory) & 0xffff;
  }

  /**
   * Writes an address in a socket's family. In AF_INET6 an IPv4 address becomes a v4-mapped one. An
   * IPv6 scope id is written only for link-local and multicast addresses, because FreeBSD refuses
   * it on an address without a scope (EADDRNOTAVAIL).
   *
   * @param family AF_INET or AF_INET6
   * @return the length in bytes
   * @throws UnresolvedAddressException if the address is a name only
   * @throws UnsupportedAddressTypeException for an IPv6 address in AF_INET
   */
  public int put(long memory, InetSocketAddress a, int family) {
    InetAddress ip = a.getAddress();
    if (ip == null) {
      throw new UnresolvedAddressException();
    }
    if (family == inet6) {
      return putInet6(memory, ip, a.getPort());
    }
    if (family != inet) {
      throw unsupported("a socket of " + family(platform, family) + " has no address like " + a);
    }
    byte[] bytes = ip.getAddress();
    if (bytes.length != IPV4 && !isMapped(bytes)) {
      throw unsupported("an IPv4 socket cannot use the IPv6 address " + a);
    }
    Memory.clear(memory, inetSize);
    putHeader(memory, inetSize, inet);
    putPort(memory + port, a.getPort());
    Memory.copy(bytes, bytes.length - IPV4, memory + address, IPV4);
    return inetSize;
  }

  /**
   * Writes an address of any type in the form that a socket takes.
   *
   * @param v6Only whether the socket is of AF_INET6 and cannot carry IPv4
   * @return the length in bytes
   * @throws UnresolvedAddressException if the address is only a name
   * @throws UnsupportedAddressTypeException if it does not suit the family
   */
  int put(long memory, SocketAddress a, int family, boolean v6Only) {
    if (family == unix && a instanceof UnixAddress name) {
      return putPath(memory, name.bytes());
    }
    if (family == unix && a instanceof UnixDomainSocketAddress name) {
      return putPath(memory, UnixAddress.of(name).bytes());
    }
    if (family == unix || !(a instanceof InetSocketAddress inet)) {
      throw unsupported(
          "a socket of "
              + family(platform, family)
              + " cannot use the address "
              + a
              + " (expected: "
              + (family == unix ? "UnixAddress or UnixDomainSocketAddress" : "InetSocketAddress")
              + ')');
    }
    if (v6Only && inet.getAddress() instanceof Inet4Address) {
      throw unsupported(
          "an IPv6 socket cannot carry IPv4 on " + platform + ", so it cannot use " + inet);
    }
    return put(memory, inet, family);
  }

  private int putInet6(long memory, InetAddress ip, int number) {
    Memory.clear(memory, inet6Size);
    putHeader(memory, inet6Size, inet6);
    putPort(memory + port6, number);
    byte[] bytes = ip.getAddress();
    if (bytes.length == IPV4) {
      Memory.putShort(memory + address6 + MAPPED_PREFIX - 2, 0xffff);
      Memory.copy(bytes, 0, memory + address6 + MAPPED_PREFIX, IPV4);
    } else {
      Memory.copy(bytes, 0, memory + address6, IPV6);
      if (ip.isLinkLocalAddress() || ip.isMulticastAddress()) {
        Memory.putInt(memory + scope, ((Inet6Address) ip).getScopeId());
      }
    }
    return inet6Size;
  }

  /**
   * Writes the address of family AF_UNSPEC that disconnects a datagram socket.
   *
   * @param family the socket's family; the BSDs check the length before the family
   * @return the length in bytes
   */
  int putNone(long memory, int family) {
    int length = family == inet6 ? inet6Size : inetSize;
    Memory.clear(memory, length);
    putHeader(memory, length, platform.get(Constant.AF_UNSPEC));
    return length;
  }

  /**
   * Reads an Internet address. A v4-mapped address becomes an IPv4 address.
   *
   * @param length the length that the kernel returned
   * @return the address, or {@code null} if the memory holds none or one of another family
   */
  public InetSocketAddress get(long memory, int length) {
    long ipv4 = ipv4(memory, length);
    if (ipv4 != NOT_IPV4) {
      return ofIpv4(ipv4);
    }
    if (!isInet6(memory, length)) {
      return null;
    }
    byte[] bytes = new byte[IPV6];
    Memory.copy(memory + address6, bytes, 0, IPV6);
    return new InetSocketAddress(ip(bytes, Memory.getInt(memory + scope)), getPort(memory + port6));
  }

  /**
   * Reads an IPv4 or v4-mapped address as a number, which takes less memory than the address that
   * {@link #ofIpv4} makes of it.
   *
   * @param length the length that the kernel returned
   * @return the four bytes of the address and the two of the port, or {@link #NOT_IPV4}
   */
  public long ipv4(long memory, int length) {
    if (length >= path && family(memory) == inet && length >= address + IPV4) {
      return ipv4(memory + address, memory + port);
    }
    return isInet6(memory, length) && isMapped(memory + address6)
        ? ipv4(memory + address6 + MAPPED_PREFIX, memory + port6)
        : NOT_IPV4;
  }

  private static long ipv4(long address, long port) {
    long ip = 0;
    for (int i = 0; i < IPV4; i++) {
      ip = ip << Byte.SIZE | Memory.getByte(address + i) & 0xff;
    }
    return ip << Short.SIZE | getPort(port);
  }

  private boolean isInet6(long memory, int length) {
    return length >= inet6Size && family(memory) == inet6;
  }

  /** {@return the address that {@link #ipv4(long, int)} has read} */
  public static InetSocketAddress ofIpv4(long ipv4) {
    int ip = (int) (ipv4 >>> Short.SIZE);
    byte[] bytes = {(byte) (ip >>> 24), (byte) (ip >>> 16), (byte) (ip >>> 8), (byte) ip};
    return new InetSocketAddress(ip(bytes, 0), (int) ipv4 & 0xffff);
  }

  /**
   * Reads the address of a socket of that family.
   *
   * @param length the length that the kernel returned
   * @return an {@link InetSocketAddress} or {@link UnixAddress}; {@code null} if there is none
   */
  SocketAddress get(long memory, int length, int family) {
    if (family == unix) {
      return UnixAddress.of(getPath(memory, length));
    }
    InetSocketAddress inet = get(memory, length);
    return inet == null || inet.getPort() == 0 ? null : inet;
  }

  private static InetAddress ip(byte[] bytes, int scopeId) {
    try {
      return scopeId == 0
          ? InetAddress.getByAddress(bytes)
          : Inet6Address.getByAddress(null, bytes, scopeId);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address of " + bytes.length + " bytes is one", e);
    }
  }

  /**
   * Writes a local socket's name, without a terminating 0 in the length.
   *
   * @param name a path, or on Linux an abstract name, whose first byte is 0
   * @return the length in bytes
   * @throws IllegalArgumentException if it is empty, too long, or a path with a 0 inside
   * @throws UnsupportedOperationException for an abstract name on another system than Linux
   */
  public int putPath(long memory, byte[] name) {
    int room = isAbstract(name) ? pathWidth : maxPath();
    require(name.length > 0, name, "an empty path names no socket");
    require(
        name.length <= room,
        name,
        "it has " + name.length + " bytes, but at most " + room + " are possible on " + platform);
    Memory.clear(memory, path + pathWidth);
    int length = path + name.length;
    putHeader(memory, length, unix);
    Memory.copy(name, 0, memory + path, name.length);
    return length;
  }

  /**
   * Whether it is an abstract name.
   *
   * @throws UnsupportedOperationException if it is one and the system is not Linux
   */
  private boolean isAbstract(byte[] name) {
    boolean leading = name.length > 0 && name[0] == 0;
    if (leading && !platform.isLinux()) {
      throw new UnsupportedOperationException(
          "abstract names of local sockets exist on Linux only, not on "
              + platform
              + "; use a path");
    }
    if (!leading) {
      // The kernel would end the path at the 0 and use another file.
      require(indexOfZero(name) == name.length, name, "a path cannot contain a byte 0");
    }
    return leading;
  }

  /**
   * Reads a local socket's name: a path without its terminating 0, an abstract name with its
   * leading one, or nothing for a socket without a name.
   *
   * @param length the length that the kernel returned; it differs for unnamed sockets (2 bytes, or
   *     16 bytes of zeros)
   */
  public byte[] getPath(long memory, int length) {
    int room = Math.min(length, size) - path;
    if (room <= 0) {
      return new byte[0];
    }
    byte[] name = new byte[room];
    Memory.copy(memory + path, name, 0, room);
    if (platform.isLinux() && name[0] == 0) {
      return name;
    }
    int end = indexOfZero(name);
    return end == room ? name : Arrays.copyOf(name, end);
  }

  private static int indexOfZero(byte[] name) {
    int index = 0;
    while (index < name.length && name[index] != 0) {
      index++;
    }
    return index;
  }

  private static void require(boolean valid, byte[] name, String reason) {
    if (!valid) {
      throw new IllegalArgumentException(
          "name of a local socket \"" + UnixAddress.of(name) + "\": " + reason);
    }
  }

  /** The type that Java's own sockets throw. It cannot have a message, so its cause has it. */
  static UnsupportedAddressTypeException unsupported(String reason) {
    UnsupportedAddressTypeException failure = new UnsupportedAddressTypeException();
    failure.initCause(new IllegalArgumentException(reason));
    return failure;
  }

  /** {@return the name of an address family, such as AF_INET6} */
  static String family(Platform platform, int family) {
    for (Constant name : FAMILIES) {
      if (platform.get(name) == family) {
        return name.name();
      }
    }
    return "family " + family;
  }

  /** Whether an IPv6 address stands for one of IPv4. */
  private static boolean isMapped(long ip) {
    return Memory.getLong(ip) == 0
        && Memory.getShort(ip + Long.BYTES) == 0
        && Memory.getShort(ip + MAPPED_PREFIX - Short.BYTES) == -1;
  }

  private static boolean isMapped(byte[] ip) {
    if (ip.length != IPV6) {
      return false;
    }
    for (int i = 0; i < MAPPED_PREFIX - 2; i++) {
      if (ip[i] != 0) {
        return false;
      }
    }
    return ip[MAPPED_PREFIX - 2] == -1 && ip[MAPPED_PREFIX - 1] == -1;
  }

  private void putHeader(long memory, int length, int family) {
    if (hasLength) {
      Memory.putByte(memory, length);
      Memory.putByte(memory + 1, family);
    } else {
      Memory.putShort(memory, family);
    }
  }

  private static void putPort(long memory, int port) {
    Memory.putByte(memory, port >>> 8);
    Memory.putByte(memory + 1, port);
  }

  private static int getPort(long memory) {
    return (Memory.getByte(memory) & 0xff) << 8 | Memory.getByte(memory + 1) & 0xff;
  }
}
