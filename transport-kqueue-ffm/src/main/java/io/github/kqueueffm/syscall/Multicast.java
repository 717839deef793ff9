package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.Locale;

/**
 * The multicast options of a datagram socket: its memberships in groups, and how it sends to
 * groups. May be used from any thread.
 *
 * <p>Memberships: macOS, FreeBSD and Linux have MCAST_* (RFC 3678), which name the interface by its
 * index. The others have only the older options, which have no sources and name an interface by its
 * IPv4 address. Without an interface every system but Linux uses the older options, because macOS
 * and FreeBSD refuse the index 0 in MCAST_* (EADDRNOTAVAIL). The older options have no source for
 * an IPv6 group. The methods throw an {@link UnsupportedOperationException} for what the system
 * lacks, and an {@link IllegalArgumentException} for an address that is not a group or not a source
 * of it.
 *
 * <p>Sending: IPv4 and IPv6 have different options. On Linux an IPv6 socket that also carries IPv4
 * has both. Elsewhere its IPv4 datagrams use the system's defaults.
 */
public final class Multicast {
  private static final int IPV4 = 4;
  private static final int IPV6 = 16;

  private enum Action {
    JOIN(
        Constant.MCAST_JOIN_GROUP,
        Constant.IP_ADD_MEMBERSHIP,
        Constant.IPV6_JOIN_GROUP,
        Constant.MCAST_JOIN_SOURCE_GROUP,
        Constant.IP_ADD_SOURCE_MEMBERSHIP),
    LEAVE(
        Constant.MCAST_LEAVE_GROUP,
        Constant.IP_DROP_MEMBERSHIP,
        Constant.IPV6_LEAVE_GROUP,
        Constant.MCAST_LEAVE_SOURCE_GROUP,
        Constant.IP_DROP_SOURCE_MEMBERSHIP),
    BLOCK(null, null, null, Constant.MCAST_BLOCK_SOURCE, Constant.IP_BLOCK_SOURCE);

    final Constant group;
    final Constant ipv4;
    final Constant ipv6;
    final Constant source;
    final Constant source4;

    Action(Constant group, Constant ipv4, Constant ipv6, Constant source, Constant source4) {
      this.group = group;
      this.ipv4 = ipv4;
      this.ipv6 = ipv6;
      this.source = source;
      this.source4 = source4;
    }

    /** The verb for a message. */
    String verb() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final KernelSocket socket;
  private final Platform platform;
  private final Sockaddr codec;

  public Multicast(KernelSocket socket) {
    this.socket = socket;
    this.platform = socket.kernel().platform();
    this.codec = Sockaddr.of(platform);
  }

  /**
   * Joins a group.
   *
   * @param via the interface, or {@code null} for the system's choice, which only Linux accepts for
   *     one source of an IPv6 group
   * @param source the only sender to receive from, or {@code null} for all
   */
  public void join(InetAddress group, NetworkInterface via, InetAddress source) throws IOException {
    change(Action.JOIN, group, via, source);
  }

  /** Leaves a group that was joined with the same arguments. */
  public void leave(InetAddress group, NetworkInterface via, InetAddress source)
      throws IOException {
    change(Action.LEAVE, group, via, source);
  }

  /** Stops receiving from one sender of a group that was joined for all senders. */
  public void block(InetAddress group, NetworkInterface via, InetAddress source)
      throws IOException {
    require(source != null, Action.BLOCK, group, "no source is named", "name the one to block");
    change(Action.BLOCK, group, via, source);
  }

  private void change(Action action, InetAddress group, NetworkInterface via, InetAddress source)
      throws IOException {
    require(
        group.isMulticastAddress(),
        action,
        group,
        "it is not a multicast group",
        "name an address of 224.0.0.0/4 or ff00::/8");
    require(
        source == null || source.getClass() == group.getClass(),
        action,
        group,
        "the source " + source + " is not of the same IP version",
        "name a source of the group's IP version");
    if (action == Action.JOIN) {
      socket.decide(new InetSocketAddress(group, 0));
    }
    boolean ipv4 = group instanceof Inet4Address;
    boolean mapped = ipv4 && socket.isIpv6() && !platform.isLinux();
    checkFamily(group, mapped, source);
    boolean byIndex = via != null || platform.isLinux();
    if (source != null) {
      requireSources(action);
      if (byIndex) {
        changeSource(action, group, via, source);
      } else {
        require(
            ipv4,
            action,
            group,
            platform + " chooses no interface for one source of it",
            "name an interface");
        changeSourceByOlderOption(action, group, source);
      }
    } else if (mapped || !byIndex || !platform.has(action.group)) {
      changeByOlderOptions(action, group, via, mapped);
    } else {
      changeGroup(action, group, via);
    }
  }

  private void checkFamily(InetAddress group, boolean mapped, InetAddress source) {
    if (!(group instanceof Inet4Address) && !socket.isIpv6()) {
      throw Sockaddr.unsupported(
          "an IPv4 socket cannot join the IPv6 group "
              + group
              + "; create it with SocketProtocolFamily.INET6");
    }
    // Linux takes the IPv4 options on an IPv6 socket; Darwin takes a v4-mapped group instead, but
    // not with a source.
    if (mapped && (platform.system() != OperatingSystem.MACOS || source != null)) {
      throw new UnsupportedOperationException(
          "an IPv6 socket cannot be a member of the IPv4 group "
              + group
              + (source == null ? "" : " for one source")
              + " on "
              + platform
              + "; create it with SocketProtocolFamily.INET");
    }
  }

  private void requireSources(Action action) {
    if (!platform.has(action.source)) {
      throw new UnsupportedOperationException(
          Failures.refusal(
              action.verb(),
              "one source of a group",
              platform + " has no multicast by source (" + action.source + ')',
              "join the group for all sources"));
    }
  }

  /** Uses the interface that the kernel chooses for the group, or that it was joined on. */
  private void changeSourceByOlderOption(Action action, InetAddress group, InetAddress source)
      throws IOException {
    Struct request = platform.struct("ip_mreq_source");
    long memory = NativeMemory.allocate(request.size());
    try {
      Memory.copy(group.getAddress(), 0, memory + request.offset("imr_multiaddr"), IPV4);
      Memory.copy(source.getAddress(), 0, memory + request.offset("imr_sourceaddr"), IPV4);
      set(action.source4, group, null, memory, request);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private void changeSource(
      Action action, InetAddress group, NetworkInterface via, InetAddress source)
      throws IOException {
    Struct request = platform.struct("group_source_req");
    long memory = NativeMemory.allocate(request.size());
    try {
      Memory.putInt(memory + request.offset("gsr_interface"), index(via));
      put(memory + request.offset("gsr_group"), group);
      put(memory + request.offset("gsr_source"), source);
      set(action.source, group, via, memory, request);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private void changeGroup(Action action, InetAddress group, NetworkInterface via)
      throws IOException {
    Struct request = platform.struct("group_req");
    long memory = NativeMemory.allocate(request.size());
    try {
      Memory.putInt(memory + request.offset("gr_interface"), index(via));
      put(memory + request.offset("gr_group"), group);
      set(action.group, group, via, memory, request);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private void changeByOlderOptions(
      Action action, InetAddress group, NetworkInterface via, boolean mapped) throws IOException {
    boolean ipv6 = mapped || !(group instanceof Inet4Address);
    Struct request = platform.struct(ipv6 ? "ipv6_mreq" : "ip_mreq");
    long memory = NativeMemory.allocate(request.size());
    try {
      if (ipv6) {
        putIpv6(memory + request.offset("ipv6mr_multiaddr"), group);
        Memory.putInt(memory + request.offset("ipv6mr_interface"), index(via));
        set(action.ipv6, group, via, memory, request);
      } else {
        Memory.copy(group.getAddress(), 0, memory + request.offset("imr_multiaddr"), IPV4);
        if (via != null) {
          byte[] address = ipv4(via).getAddress();
          Memory.copy(address, 0, memory + request.offset("imr_interface"), IPV4);
        }
        set(action.ipv4, group, via, memory, request);
      }
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static void putIpv6(long memory, InetAddress group) {
    byte[] bytes = group.getAddress();
    if (bytes.length == IPV4) {
      Memory.putShort(memory + IPV6 - IPV4 - Short.BYTES, 0xffff);
    }
    Memory.copy(bytes, 0, memory + IPV6 - bytes.length, bytes.length);
  }

  /** The kernels check the length of this sockaddr, and refuse a port other than 0. */
  private void put(long memory, InetAddress ip) {
    boolean ipv4 = ip instanceof Inet4Address;
    codec.put(
        memory,
        new InetSocketAddress(ip, 0),
        platform.get(ipv4 ? Constant.AF_INET : Constant.AF_INET6));
  }

  private void set(
      Constant option, InetAddress group, NetworkInterface via, long memory, Struct request)
      throws IOException {
    boolean ipv6 = option.name().startsWith("IPV6") || !(group instanceof Inet4Address);
    socket.setBytes(
        platform.get(ipv6 ? Constant.IPPROTO_IPV6 : Constant.IPPROTO_IP),
        platform.get(option),
        memory,
        request.size(),
        option + " of " + group.getHostAddress() + (via == null ? "" : " via " + via.getName()));
  }

  private static int index(NetworkInterface via) {
    return via == null ? 0 : via.getIndex();
  }

  private static void require(
      boolean valid, Action action, InetAddress group, String reason, String remedy) {
    if (!valid) {
      throw new IllegalArgumentException(
          Failures.refusal(action.verb(), group.getHostAddress(), reason, remedy));
    }
  }

  /** {@return the number of hops that a datagram to a group may take, 0 to 255} */
  public int timeToLive() throws IOException {
    return socket.isIpv6()
        ? socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_HOPS)
        : socket.getInt(Constant.IPPROTO_IP, Constant.IP_MULTICAST_TTL);
  }

  public boolean timeToLive(int hops) throws IOException {
    if (hops < 0 || hops > 255) {
      throw new IllegalArgumentException("time to live " + hops + ": 0 to 255 are possible");
    }
    return set(Constant.IPV6_MULTICAST_HOPS, Constant.IP_MULTICAST_TTL, hops);
  }

  /** Whether sockets of this machine receive what this socket sends to a group. */
  public boolean loopback() throws IOException {
    return 0
        != (socket.isIpv6()
            ? socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_LOOP)
            : socket.getInt(Constant.IPPROTO_IP, Constant.IP_MULTICAST_LOOP));
  }

  public boolean loopback(boolean on) throws IOException {
    return set(Constant.IPV6_MULTICAST_LOOP, Constant.IP_MULTICAST_LOOP, on ? 1 : 0);
  }

  /** IPv6 takes an int. For IPv4 every system takes one byte, and not every system an int. */
  private boolean set(Constant option6, Constant option4, int value) throws IOException {
    boolean ipv6 = socket.isIpv6();
    boolean set = !ipv6 || socket.setInt(Constant.IPPROTO_IPV6, option6, value);
    if (!set || ipv6 && !hasOptionsOfBoth()) {
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

  /**
   * {@return the interface by which datagrams to groups leave, or {@code null} if the system
   * chooses it}
   */
  public NetworkInterface networkInterface() throws IOException {
    if (socket.isIpv6()) {
      int index = socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_IF);
      return index == 0 ? null : NetworkInterface.getByIndex(index);
    }
    InetAddress address = address4();
    return address.isAnyLocalAddress() ? null : NetworkInterface.getByInetAddress(address);
  }

  public boolean networkInterface(NetworkInterface via) throws IOException {
    boolean ipv6 = socket.isIpv6();
    boolean set =
        !ipv6 || socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_IF, via.getIndex());
    if (!set || ipv6 && (!hasOptionsOfBoth() || !hasIpv4(via))) {
      return set;
    }
    return choose4(via);
  }

  private boolean hasOptionsOfBoth() {
    return !socket.isV6Only() && platform.isLinux();
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
    Inet4Address address = ipv4(via);
    // Kernels with RFC 3678 also take the index, which is exact when interfaces share an address.
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

  static boolean hasIpv4(NetworkInterface via) {
    return findIpv4(via) != null;
  }

  /** {@return the interface's IPv4 address, by which the older options name it} */
  static Inet4Address ipv4(NetworkInterface via) throws IOException {
    Inet4Address address = findIpv4(via);
    if (address == null) {
      throw new SocketException(
          "the interface "
              + via.getName()
              + " has no IPv4 address, without which it cannot be chosen for IPv4 multicast");
    }
    return address;
  }

  private static Inet4Address findIpv4(NetworkInterface via) {
    for (InetAddress address : Collections.list(via.getInetAddresses())) {
      if (address instanceof Inet4Address ipv4) {
        return ipv4;
      }
    }
    return null;
  }
}
