package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Failures;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.internal.ObjectUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a {@link KQueueFfmDatagramChannel}.
 *
 * <p>IPv4 and IPv6 each have options for IP_TOS and IP_MULTICAST_*. On a channel that carries both
 * families, Linux sets both. Other systems set only those of IPv6: {@code setOption} returns false,
 * and a line in the log says why. A channel of {@link
 * io.netty.channel.socket.SocketProtocolFamily#INET} sets them for IPv4.
 */
public class KQueueFfmDatagramChannelConfig
    extends AbstractKQueueFfmDatagramChannelConfig<KQueueFfmDatagramChannelConfig>
    implements DatagramChannelConfig {
  private static final OptionTable OPTIONS = new OptionTable(OptionTable.Kind.DATAGRAM);

  private final DatagramRecipients recipients;
  private final ReceivedSegments segments;
  private final RecvByteBufAllocator ownAllocator;
  private volatile int maxDatagramPayloadSize;

  /** For a subclass, which {@link KQueueFfmDatagramChannel#newConfig()} makes. */
  protected KQueueFfmDatagramChannelConfig(KQueueFfmDatagramChannel channel) {
    super(channel, OPTIONS);
    recipients = channel.recipients();
    segments = channel.segments();
    ownAllocator = getRecvByteBufAllocator();
  }

  /** See {@link KQueueFfmChannelOption#MAX_DATAGRAM_PAYLOAD_SIZE}. */
  public int getMaxDatagramPayloadSize() {
    return maxDatagramPayloadSize;
  }

  /** See {@link KQueueFfmChannelOption#MAX_DATAGRAM_PAYLOAD_SIZE}; 0 switches it off. */
  public KQueueFfmDatagramChannelConfig setMaxDatagramPayloadSize(int maxDatagramPayloadSize) {
    this.maxDatagramPayloadSize =
        ObjectUtil.checkPositiveOrZero(maxDatagramPayloadSize, "maxDatagramPayloadSize");
    return this;
  }

  /** See {@link KQueueFfmChannelOption#IP_RECVDSTADDR}. */
  public boolean isReceiveDestinationAddress() {
    return recipients.isEnabled();
  }

  /**
   * See {@link KQueueFfmChannelOption#IP_RECVDSTADDR}. Set it before bind.
   *
   * @throws UnsupportedOperationException if the system does not report it
   */
  public KQueueFfmDatagramChannelConfig setReceiveDestinationAddress(boolean receive) {
    try {
      recipients.setEnabled(receive);
      return this;
    } catch (IOException e) {
      throw new ChannelException("cannot set IP_RECVDSTADDR: " + Failures.reason(e), e);
    }
  }

  /** See {@link KQueueFfmChannelOption#UDP_GRO}. */
  public boolean isUdpGro() {
    return segments.isEnabled();
  }

  /**
   * See {@link KQueueFfmChannelOption#UDP_GRO}.
   *
   * @throws UnsupportedOperationException if the system cannot do it
   */
  public KQueueFfmDatagramChannelConfig setUdpGro(boolean udpGro) {
    try {
      segments.setEnabled(udpGro);
    } catch (IOException e) {
      throw new ChannelException("cannot set UDP_GRO: " + Failures.reason(e), e);
    }
    return this;
  }

  /** Whether the allocator is the one that nobody has set. */
  final boolean hasOwnAllocator() {
    return getRecvByteBufAllocator() == ownAllocator;
  }

  @Override
  public int getTrafficClass() {
    return get(ChannelOption.IP_TOS);
  }

  @Override
  public KQueueFfmDatagramChannelConfig setTrafficClass(int trafficClass) {
    return set(ChannelOption.IP_TOS, trafficClass);
  }

  /** Whether several sockets may be bound to the port. */
  @Override
  public boolean isReuseAddress() {
    return get(ChannelOption.SO_REUSEADDR);
  }

  /**
   * Sets whether other sockets may be bound to the port too. Set it before bind, on each of them.
   * On macOS and the BSDs, where sockets do not share a port without it, it sets {@link
   * UnixChannelOption#SO_REUSEPORT} as well, as the JDK's DatagramChannel does.
   */
  @Override
  public KQueueFfmDatagramChannelConfig setReuseAddress(boolean reuseAddress) {
    return set(ChannelOption.SO_REUSEADDR, reuseAddress);
  }

  /** Whether several sockets may be bound to the port; Linux and DragonFly balance by it. */
  public boolean isReusePort() {
    return get(UnixChannelOption.SO_REUSEPORT);
  }

  /**
   * Sets whether other sockets may be bound to the port too. Set it before bind, on each of them.
   *
   * @throws ChannelException if the kernel refuses it
   */
  public KQueueFfmDatagramChannelConfig setReusePort(boolean reusePort) {
    return set(UnixChannelOption.SO_REUSEPORT, reusePort);
  }

  /**
   * Whether an address may be bound that no interface has.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public boolean isFreeBind() {
    return get(KQueueFfmChannelOption.IP_FREEBIND);
  }

  /**
   * Sets whether an address may be bound that no interface has.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmDatagramChannelConfig setFreeBind(boolean freeBind) {
    return set(KQueueFfmChannelOption.IP_FREEBIND, freeBind);
  }

  /**
   * Whether addresses of other machines may be bound.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public boolean isIpTransparent() {
    return get(KQueueFfmChannelOption.IP_TRANSPARENT);
  }

  /**
   * Sets whether addresses of other machines may be bound, for transparent proxies; needs
   * privileges.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmDatagramChannelConfig setIpTransparent(boolean ipTransparent) {
    return set(KQueueFfmChannelOption.IP_TRANSPARENT, ipTransparent);
  }

  /**
   * Whether the socket receives datagrams of groups that only other sockets joined.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public boolean isIpMulticastAll() {
    return get(KQueueFfmChannelOption.IP_MULTICAST_ALL);
  }

  /**
   * Sets whether the socket receives datagrams of groups that only other sockets joined.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmDatagramChannelConfig setIpMulticastAll(boolean ipMulticastAll) {
    return set(KQueueFfmChannelOption.IP_MULTICAST_ALL, ipMulticastAll);
  }

  @Override
  public boolean isBroadcast() {
    return get(ChannelOption.SO_BROADCAST);
  }

  @Override
  public KQueueFfmDatagramChannelConfig setBroadcast(boolean broadcast) {
    return set(ChannelOption.SO_BROADCAST, broadcast);
  }

  @Override
  public boolean isLoopbackModeDisabled() {
    return get(ChannelOption.IP_MULTICAST_LOOP_DISABLED);
  }

  @Override
  public KQueueFfmDatagramChannelConfig setLoopbackModeDisabled(boolean loopbackModeDisabled) {
    return set(ChannelOption.IP_MULTICAST_LOOP_DISABLED, loopbackModeDisabled);
  }

  @Override
  public int getTimeToLive() {
    return get(ChannelOption.IP_MULTICAST_TTL);
  }

  @Override
  public KQueueFfmDatagramChannelConfig setTimeToLive(int ttl) {
    return set(ChannelOption.IP_MULTICAST_TTL, ttl);
  }

  /** An address of {@link #getNetworkInterface()}, or {@code null}. */
  @Override
  public @Nullable InetAddress getInterface() {
    return get(ChannelOption.IP_MULTICAST_ADDR);
  }

  @Override
  public KQueueFfmDatagramChannelConfig setInterface(InetAddress interfaceAddress) {
    return set(ChannelOption.IP_MULTICAST_ADDR, interfaceAddress);
  }

  /** The interface that sends datagrams to groups; {@code null} if the system chooses. */
  @Override
  public @Nullable NetworkInterface getNetworkInterface() {
    return get(ChannelOption.IP_MULTICAST_IF);
  }

  @Override
  public KQueueFfmDatagramChannelConfig setNetworkInterface(NetworkInterface networkInterface) {
    return set(ChannelOption.IP_MULTICAST_IF, networkInterface);
  }
}
