package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/** Both ends' addresses of one socket, and addresses in the form that suits its family. */
final class SocketNames {
  private static final InetAddress ANY6 = zeroes(16);
  private static final InetAddress ANY4 = zeroes(4);

  /** Room for a socklen_t, with which the scratch memory of a call begins. */
  private static final int HEAD = Long.BYTES;

  /** Where the port is in a sockaddr_in and a sockaddr_in6, on every system. */
  private static final int PORT = 2;

  private final Kernel kernel;
  private final Platform platform;
  private final Sockaddr codec;
  private final int fd;
  private final int family;

  /** The last vague address and what it means: a sender of datagrams asks again and again. */
  private Meant lastMeant;

  private record Meant(InetSocketAddress given, InetSocketAddress address) {}

  SocketNames(Kernel kernel, int fd, int family) {
    this.kernel = kernel;
    this.platform = kernel.platform();
    this.codec = Sockaddr.of(platform);
    this.fd = fd;
    this.family = family;
  }

  private static InetAddress zeroes(int width) {
    try {
      return InetAddress.getByAddress(new byte[width]);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }

  /** All addresses that a socket of this family can have. */
  InetSocketAddress any(int port) {
    return new InetSocketAddress(family == platform.get(Constant.AF_INET6) ? ANY6 : ANY4, port);
  }

  /** Bytes that an encoded address takes at most. */
  int room() {
    return codec.size();
  }

  /** The family that the kernel says. */
  int family() throws IOException {
    long memory = scratch();
    try {
      int result = kernel.getsockname(fd, memory + HEAD, memory);
      if (result < 0) {
        throw Failures.of(platform, "getsockname", "fd " + fd, result);
      }
      return codec.family(memory + HEAD);
    } finally {
      NativeMemory.free(memory);
    }
  }

  SocketAddress local() {
    long memory = scratch();
    try {
      return decode(memory, kernel.getsockname(fd, memory + HEAD, memory));
    } finally {
      NativeMemory.free(memory);
    }
  }

  SocketAddress remote() {
    long memory = scratch();
    try {
      return decode(memory, kernel.getpeername(fd, memory + HEAD, memory));
    } finally {
      NativeMemory.free(memory);
    }
  }

  boolean hasPeer() {
    return askPeer() == 0;
  }

  /** {@return 0 if it is connected, or the negative errno of getpeername} */
  int askPeer() {
    long memory = scratch();
    try {
      return kernel.getpeername(fd, memory + HEAD, memory);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** {@return 0 or the negative errno} */
  int disconnect() {
    long memory = scratch();
    try {
      return kernel.connect(fd, memory, codec.putNone(memory, family));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** The local port, in the network's order, where a disconnect can lose it; else 0. */
  int portToKeep() {
    if (!platform.isLinux() || family == platform.get(Constant.AF_UNIX)) {
      return 0;
    }
    long memory = scratch();
    try {
      return kernel.getsockname(fd, memory + HEAD, memory) < 0
          ? 0
          : Memory.getShort(memory + HEAD + PORT) & 0xffff;
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * Linux gives up a port that it chose itself, be it in bind or in connect: binds it again.
   *
   * @return 0 or the negative errno
   */
  int keepPort(int port) {
    if (port == 0) {
      return 0;
    }
    long memory = scratch();
    try {
      int result = kernel.getsockname(fd, memory + HEAD, memory);
      if (result < 0 || Memory.getShort(memory + HEAD + PORT) != 0) {
        return result;
      }
      Memory.putShort(memory + HEAD + PORT, port);
      return kernel.bind(fd, memory + HEAD, Memory.getInt(memory));
    } finally {
      NativeMemory.free(memory);
    }
  }

  private long scratch() {
    long memory = NativeMemory.allocate(HEAD + codec.size());
    Memory.putInt(memory, codec.size());
    return memory;
  }

  private SocketAddress decode(long memory, int result) {
    if (result < 0) {
      // ENOTCONN, on Darwin EINVAL: no peer. ECONNRESET, ECONNABORTED, ENOBUFS: it is not known.
      return null;
    }
    int length = Memory.getInt(memory);
    if (family == platform.get(Constant.AF_UNIX)) {
      return UnixAddress.of(codec.getPath(memory + HEAD, length));
    }
    InetSocketAddress address = codec.get(memory + HEAD, length);
    return address == null || address.getPort() == 0 ? null : address;
  }

  /** Like {@link #encode}; the IPv4 wildcard becomes the one that means both families. */
  int encodeLocal(long memory, SocketAddress local, boolean v6Only) {
    boolean wildcard =
        family == platform.get(Constant.AF_INET6)
            && !v6Only
            && local instanceof InetSocketAddress inet
            && inet.getAddress() instanceof Inet4Address ip
            && ip.isAnyLocalAddress();
    return wildcard
        ? codec.put(
            memory, new InetSocketAddress(ANY6, ((InetSocketAddress) local).getPort()), family)
        : encode(
            memory,
            local instanceof InetSocketAddress inet ? MeantAddresses.local(inet) : local,
            v6Only);
  }

  /** Like {@link #encode}, for connect and send; see {@link MeantAddresses#remote}. */
  int encodeRemote(long memory, SocketAddress remote, boolean v6Only) {
    return encode(memory, remote instanceof InetSocketAddress inet ? meant(inet) : remote, v6Only);
  }

  private InetSocketAddress meant(InetSocketAddress remote) {
    InetAddress ip = remote.getAddress();
    if (ip == null || !MeantAddresses.isVague(ip)) {
      return remote;
    }
    Meant last = lastMeant;
    if (last != null && last.given.equals(remote)) {
      return last.address;
    }
    InetAddress address = MeantAddresses.remote(ip);
    InetSocketAddress meant = new InetSocketAddress(address, remote.getPort());
    lastMeant = new Meant(remote, meant);
    return meant;
  }

  /**
   * Writes an address for this socket.
   *
   * @return its length
   * @throws java.nio.channels.UnresolvedAddressException if it is a name only
   * @throws java.nio.channels.UnsupportedAddressTypeException if it does not suit the family
   */
  int encode(long memory, SocketAddress address, boolean v6Only) {
    boolean unix = family == platform.get(Constant.AF_UNIX);
    if (unix && address instanceof UnixAddress name) {
      return codec.putPath(memory, name.bytes());
    }
    if (unix && address instanceof UnixDomainSocketAddress name) {
      return codec.putPath(memory, UnixAddress.of(name).bytes());
    }
    if (unix || !(address instanceof InetSocketAddress inet)) {
      throw Sockaddr.unsupported(
          "a socket of "
              + Sockaddr.family(platform, family)
              + " cannot use the address "
              + address
              + " (expected: "
              + (unix ? "UnixAddress or UnixDomainSocketAddress" : "InetSocketAddress")
              + ')');
    }
    if (v6Only && inet.getAddress() instanceof Inet4Address) {
      throw Sockaddr.unsupported(
          "an IPv6 socket cannot carry IPv4 on " + platform + ", so it cannot use " + inet);
    }
    return codec.put(memory, inet, family);
  }
}
