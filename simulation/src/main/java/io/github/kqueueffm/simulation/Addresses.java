package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.AF_INET;
import static io.github.kqueueffm.abi.Constant.AF_INET6;
import static io.github.kqueueffm.abi.Constant.AF_UNIX;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import java.util.Arrays;

/**
 * Reads and writes the sockaddrs of a platform. It is not the transport's code, which it is to
 * check.
 */
final class Addresses {
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private final int unix;
  private final int inet;
  private final int inet6;
  private final Struct in;
  private final Struct in6;
  private final Struct un;
  private final int familyAt;
  private final int familyWidth;
  private final int lengthAt;

  Addresses(Platform platform) {
    unix = platform.get(AF_UNIX);
    inet = platform.get(AF_INET);
    inet6 = platform.get(AF_INET6);
    in = platform.struct("sockaddr_in");
    in6 = platform.struct("sockaddr_in6");
    un = platform.struct("sockaddr_un");
    familyAt = in.offset("sin_family");
    familyWidth = in.width("sin_family");
    lengthAt = in.has("sin_len") ? in.offset("sin_len") : -1;
  }

  /**
   * {@return the address at that memory, or {@code null} if it is too short or of no known family}
   */
  Address read(long memory, int length) {
    if (length < familyAt + familyWidth) {
      return null;
    }
    int family = (int) Memory.getUnsigned(memory + familyAt, familyWidth);
    if (family == 0) {
      return Address.none();
    }
    if (family == unix) {
      return local(memory, length);
    }
    if (family == inet && length >= in.size()) {
      return Address.ip(
          bytes(memory + in.offset("sin_addr"), 4), port(memory + in.offset("sin_port")), 0);
    }
    return family == inet6 && length >= in6.size() ? ip6(memory) : null;
  }

  private Address local(long memory, int length) {
    byte[] name = bytes(memory + un.offset("sun_path"), length - un.offset("sun_path"));
    // A path ends with its first 0; an abstract name of Linux begins with one.
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    boolean isAbstract = lengthAt < 0 && name.length > 0 && name[0] == 0;
    return Address.local(isAbstract ? name : Arrays.copyOf(name, end));
  }

  private Address ip6(long memory) {
    byte[] bytes = bytes(memory + in6.offset("sin6_addr"), 16);
    int port = port(memory + in6.offset("sin6_port"));
    if (isMapped(bytes)) {
      return ip(bytes).withPort(port);
    }
    return Address.ip(bytes, port, Memory.getInt(memory + in6.offset("sin6_scope_id")));
  }

  private static boolean isMapped(byte[] bytes) {
    return bytes.length == 16 && Arrays.equals(bytes, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
  }

  /** {@return an address of 4 or 16 bytes, which may be a v4-mapped one, with port 0} */
  static Address ip(byte[] bytes) {
    byte[] shown = isMapped(bytes) ? Arrays.copyOfRange(bytes, MAPPED.length, 16) : bytes;
    return Address.ip(shown, 0, 0);
  }

  /** {@return whether the sockaddr at that memory is of AF_INET6, v4-mapped or not} */
  boolean isInet6(long memory, int length) {
    return length >= familyAt + familyWidth
        && Memory.getUnsigned(memory + familyAt, familyWidth) == inet6;
  }

  /**
   * Writes an address as a socket of a family shows it: cut at the room, as kernels do.
   *
   * @param v6 whether the socket is of AF_INET6, which shows IPv4 as v4-mapped
   * @return the whole length, which can be more than the room
   */
  int write(Address address, boolean v6, long memory, int room) {
    byte[] bytes = encode(address, v6);
    Memory.copy(bytes, 0, memory, Math.min(room, bytes.length));
    return bytes.length;
  }

  private byte[] encode(Address address, boolean v6) {
    if (address.kind() == Address.Kind.LOCAL) {
      return encodeLocal(address.bytes());
    }
    if (address.kind() == Address.Kind.IPV4 && !v6) {
      byte[] bytes = head(in.size(), inet);
      putPort(bytes, in.offset("sin_port"), address.port());
      System.arraycopy(address.bytes(), 0, bytes, in.offset("sin_addr"), 4);
      return bytes;
    }
    byte[] bytes = head(in6.size(), inet6);
    putPort(bytes, in6.offset("sin6_port"), address.port());
    int at = in6.offset("sin6_addr");
    if (address.kind() == Address.Kind.IPV4) {
      System.arraycopy(MAPPED, 0, bytes, at, MAPPED.length);
      System.arraycopy(address.bytes(), 0, bytes, at + MAPPED.length, 4);
    } else {
      System.arraycopy(address.bytes(), 0, bytes, at, 16);
      // The scope is little-endian on every platform here.
      for (int i = 0; i < 4; i++) {
        bytes[in6.offset("sin6_scope_id") + i] = (byte) (address.scope() >> 8 * i);
      }
    }
    return bytes;
  }

  private byte[] encodeLocal(byte[] name) {
    // Linux shows no path at all for a socket without a name, and a path with its final 0.
    int path = un.offset("sun_path");
    boolean zero = name.length > 0 && name[0] != 0;
    int room = un.width("sun_path");
    int length = path + Math.min(room, name.length + (zero && lengthAt < 0 ? 1 : 0));
    if (lengthAt >= 0) {
      // The BSDs: the name's bytes, or 16 bytes of zeros for none.
      length = name.length == 0 ? in.size() : path + name.length;
    }
    byte[] bytes = head(length, unix);
    System.arraycopy(name, 0, bytes, path, Math.min(name.length, bytes.length - path));
    return bytes;
  }

  private byte[] head(int size, int family) {
    byte[] bytes = new byte[size];
    bytes[familyAt] = (byte) family;
    if (lengthAt >= 0) {
      bytes[lengthAt] = (byte) size;
    }
    return bytes;
  }

  private static byte[] bytes(long memory, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(memory, bytes, 0, length);
    return bytes;
  }

  private static int port(long memory) {
    return (Memory.getByte(memory) & 0xff) << 8 | Memory.getByte(memory + 1) & 0xff;
  }

  private static void putPort(byte[] bytes, int at, int port) {
    bytes[at] = (byte) (port >> 8);
    bytes[at + 1] = (byte) port;
  }
}
