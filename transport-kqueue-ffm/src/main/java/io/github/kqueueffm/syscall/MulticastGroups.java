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
import java.util.Locale;

/**
 * A datagram socket's memberships in multicast groups. Any thread.
 *
 * <p>macOS, FreeBSD and Linux have MCAST_* (RFC 3678), which name the interface by its index. The
 * others have the older options only, without sources, and name an interface by its IPv4 address.
 * Where no interface is named all but Linux take the older options, since macOS and FreeBSD refuse
 * the index 0 in MCAST_* (EADDRNOTAVAIL). The older options have no source of an IPv6 group.
 *
 * <p>All methods throw an {@link UnsupportedOperationException} for what the system lacks, and an
 * {@link IllegalArgumentException} for addresses that are no group, or no source of one.
 */
public final class MulticastGroups {
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

    /** As in a message. */
    String verb() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final KernelSocket socket;
  private final Platform platform;
  private final Sockaddr codec;

  public MulticastGroups(KernelSocket socket) {
    this.socket = socket;
    this.platform = socket.kernel().platform();
    this.codec = Sockaddr.of(platform);
  }

  /**
   * Joins a group.
   *
   * @param via the interface, or {@code null} for the system's choice, which all but Linux refuse
   *     for one source of an IPv6 group
   * @param source the one sender to hear, or {@code null} for all
   */
  public void join(InetAddress group, NetworkInterface via, InetAddress source) throws IOException {
    change(Action.JOIN, group, via, source);
  }

  /** Leaves what was joined with the same arguments. */
  public void leave(InetAddress group, NetworkInterface via, InetAddress source)
      throws IOException {
    change(Action.LEAVE, group, via, source);
  }

  /** Stops hearing one sender of a group that was joined for all of them. */
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
    boolean mapped = ipv4 && isIpv6Socket() && !platform.isLinux();
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
        changeSource4(action, group, source);
      }
    } else if (mapped || !byIndex || !platform.has(action.group)) {
      changeOld(action, group, via, mapped);
    } else {
      changeGroup(action, group, via);
    }
  }

  private boolean isIpv6Socket() {
    return socket.family() == platform.get(Constant.AF_INET6);
  }

  private void checkFamily(InetAddress group, boolean mapped, InetAddress source) {
    if (!(group instanceof Inet4Address) && !isIpv6Socket()) {
      throw Sockaddr.unsupported(
          "an IPv4 socket cannot join the IPv6 group "
              + group
              + "; create it with SocketProtocolFamily.INET6");
    }
    // Darwin takes a v4-mapped group where Linux takes the IPv4 options, and for no source.
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

  /** By the interface that the kernel has for the group, or that it was joined by. */
  private void changeSource4(Action action, InetAddress group, InetAddress source)
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

  private void changeOld(Action action, InetAddress group, NetworkInterface via, boolean mapped)
      throws IOException {
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
          byte[] address = Interfaces.ipv4(via).getAddress();
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

  /** The kernels check the sockaddr's length and want no port. */
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
}
