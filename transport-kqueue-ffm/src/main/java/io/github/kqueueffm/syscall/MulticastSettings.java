package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;

/**
 * How a datagram socket sends to multicast groups. Any thread.
 *
 * <p>IPv4 and IPv6 have options of their own. An IPv6 socket that carries IPv4 too has both on
 * Linux; elsewhere its IPv4 datagrams go by the system's defaults.
 */
public final class MulticastSettings {
  private static final int IPV4 = 4;

  private final KernelSocket socket;
  private final Platform platform;
  private final boolean ipv6;
  private final boolean both;

  public MulticastSettings(KernelSocket socket) {
    this.socket = socket;
    this.platform = socket.kernel().platform();
    this.ipv6 = socket.family() == platform.get(Constant.AF_INET6);
    this.both = ipv6 && !socket.isV6Only() && platform.isLinux();
  }

  /** Hops that a datagram to a group may make, 0 to 255. */
  public int timeToLive() throws IOException {
    return ipv6
        ? socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_HOPS)
        : socket.getInt(Constant.IPPROTO_IP, Constant.IP_MULTICAST_TTL);
  }

  public boolean timeToLive(int hops) throws IOException {
    if (hops < 0 || hops > 255) {
      throw new IllegalArgumentException("time to live " + hops + ": 0 to 255 are possible");
    }
    return set(Constant.IPV6_MULTICAST_HOPS, Constant.IP_MULTICAST_TTL, hops);
  }

  /** Whether sockets of this machine hear what this one sends to a group. */
  public boolean loop() throws IOException {
    return 0
        != (ipv6
            ? socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_LOOP)
            : socket.getInt(Constant.IPPROTO_IP, Constant.IP_MULTICAST_LOOP));
  }

  public boolean loop(boolean on) throws IOException {
    return set(Constant.IPV6_MULTICAST_LOOP, Constant.IP_MULTICAST_LOOP, on ? 1 : 0);
  }

  /** An int for IPv6; one byte for IPv4, which is all that every system takes. */
  private boolean set(Constant option6, Constant option4, int value) throws IOException {
    boolean set = !ipv6 || socket.setInt(Constant.IPPROTO_IPV6, option6, value);
    if (!set || ipv6 && !both) {
      return set;
    }
    long memory = NativeMemory.allocate(1);
    try {
      Memory.putByte(memory, value);
      return set4(option4, memory, 1, option4 + "=" + value);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** The interface that datagrams to groups leave by, or {@code null} for the system's choice. */
  public NetworkInterface networkInterface() throws IOException {
    if (ipv6) {
      int index = socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_IF);
      return index == 0 ? null : NetworkInterface.getByIndex(index);
    }
    InetAddress address = address4();
    return address.isAnyLocalAddress() ? null : NetworkInterface.getByInetAddress(address);
  }

  public boolean networkInterface(NetworkInterface via) throws IOException {
    boolean set =
        !ipv6 || socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_IF, via.getIndex());
    if (!set || ipv6 && (!both || !Interfaces.hasIpv4(via))) {
      return set;
    }
    return choose4(via);
  }

  private InetAddress address4() throws IOException {
    long memory = NativeMemory.allocate(IPV4);
    try {
      byte[] bytes = new byte[IPV4];
      socket.getBytes(
          platform.get(Constant.IPPROTO_IP), platform.get(Constant.IP_MULTICAST_IF), memory, IPV4);
      Memory.copy(memory, bytes, 0, IPV4);
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 bytes are an address", e);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private boolean choose4(NetworkInterface via) throws IOException {
    Inet4Address address = Interfaces.ipv4(via);
    // The kernels with RFC 3678 take the index too, which stays right when addresses are shared.
    boolean indexed = platform.has(Constant.MCAST_JOIN_GROUP);
    Struct request = platform.struct(indexed ? "ip_mreqn" : "ip_mreq");
    long memory = NativeMemory.allocate(request.size());
    try {
      if (indexed) {
        Memory.copy(address.getAddress(), 0, memory + request.offset("imr_address"), IPV4);
        Memory.putInt(memory + request.offset("imr_ifindex"), via.getIndex());
      } else {
        Memory.copy(address.getAddress(), 0, memory, IPV4);
      }
      return set4(
          Constant.IP_MULTICAST_IF,
          memory,
          indexed ? request.size() : IPV4,
          Constant.IP_MULTICAST_IF + "=" + via.getName());
    } finally {
      NativeMemory.free(memory);
    }
  }

  private boolean set4(Constant option, long memory, int length, String name) throws IOException {
    return socket.setBytes(
        platform.get(Constant.IPPROTO_IP), platform.get(option), memory, length, name);
  }
}
