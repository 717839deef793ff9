package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IP_FREEBIND;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_ALL;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_IF;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_LOOP;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_TTL;
import static io.github.kqueueffm.abi.Constant.IP_TRANSPARENT;
import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_BROADCAST;
import static io.github.kqueueffm.abi.Constant.SO_BUSY_POLL;
import static io.github.kqueueffm.abi.Constant.SO_RCVBUF;
import static io.github.kqueueffm.abi.Constant.SO_REUSEADDR;
import static io.github.kqueueffm.abi.Constant.SO_REUSEPORT;
import static io.github.kqueueffm.abi.Constant.SO_SNDBUF;

import io.github.kqueueffm.syscall.Failures;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.internal.ObjectUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Map;

/**
 * Configuration of a {@link KQueueFfmDatagramChannel}.
 *
 * <p>IP_TOS and IP_MULTICAST_* are options that IPv4 and IPv6 have each. On a channel that carries
 * both only Linux takes both; elsewhere IPv6 alone gets them, {@code setOption} answers false and a
 * line in the log says why. A channel of {@link io.netty.channel.socket.SocketProtocolFamily#INET}
 * has them for IPv4.
 */
public class KQueueFfmDatagramChannelConfig
    extends AbstractKQueueFfmDatagramChannelConfig<KQueueFfmDatagramChannelConfig>
    implements DatagramChannelConfig {
  private static final List<KernelOption<?>> OPTIONS =
      List.of(
          KernelOption.flag(ChannelOption.SO_BROADCAST, SOL_SOCKET, SO_BROADCAST),
          KernelOption.integer(ChannelOption.SO_RCVBUF, SOL_SOCKET, SO_RCVBUF),
          KernelOption.integer(ChannelOption.SO_SNDBUF, SOL_SOCKET, SO_SNDBUF),
          KernelOption.of(
              ChannelOption.SO_REUSEADDR, SOL_SOCKET, SO_REUSEADDR, OptionForms.SHARED_PORT),
          KernelOption.flag(UnixChannelOption.SO_REUSEPORT, SOL_SOCKET, SO_REUSEPORT),
          KernelOption.trafficClass(),
          KernelOption.of(
              ChannelOption.IP_MULTICAST_TTL,
              IPPROTO_IP,
              IP_MULTICAST_TTL,
              MulticastForms.TIME_TO_LIVE),
          KernelOption.of(
              ChannelOption.IP_MULTICAST_LOOP_DISABLED,
              IPPROTO_IP,
              IP_MULTICAST_LOOP,
              MulticastForms.LOOP_DISABLED),
          // Before the one by address: it is the JDK's option of that name.
          KernelOption.of(
              ChannelOption.IP_MULTICAST_IF, IPPROTO_IP, IP_MULTICAST_IF, MulticastForms.INTERFACE),
          KernelOption.of(
              ChannelOption.IP_MULTICAST_ADDR,
              IPPROTO_IP,
              IP_MULTICAST_IF,
              MulticastForms.INTERFACE_ADDRESS),
          KernelOption.of(
              KQueueFfmChannelOption.IP_MULTICAST_ALL,
              IPPROTO_IP,
              IP_MULTICAST_ALL,
              MulticastForms.ALL),
          KernelOption.flag(KQueueFfmChannelOption.IP_FREEBIND, IPPROTO_IP, IP_FREEBIND),
          KernelOption.flag(KQueueFfmChannelOption.IP_TRANSPARENT, IPPROTO_IP, IP_TRANSPARENT),
          KernelOption.integer(KQueueFfmChannelOption.SO_BUSY_POLL, SOL_SOCKET, SO_BUSY_POLL));

  private final DatagramRecipients recipients;
  private volatile int maxDatagramPayloadSize;

  /** For a subclass, which {@link KQueueFfmDatagramChannel#newConfig()} makes. */
  protected KQueueFfmDatagramChannelConfig(KQueueFfmDatagramChannel channel) {
    super(channel, OPTIONS);
    recipients = channel.recipients();
  }

  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    return getOptions(
        super.getOptions(),
        KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE,
        KQueueFfmChannelOption.IP_RECVDSTADDR);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T getOption(ChannelOption<T> option) {
    if (option == KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE) {
      return (T) Integer.valueOf(maxDatagramPayloadSize);
    }
    if (option == KQueueFfmChannelOption.IP_RECVDSTADDR) {
      return (T) Boolean.valueOf(isReceiveDestinationAddress());
    }
    if (isJdkLoop(option)) {
      return (T) Boolean.valueOf(!isLoopbackModeDisabled());
    }
    return super.getOption(option);
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (option == KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE) {
      validate(option, value);
      setMaxDatagramPayloadSize((Integer) value);
    } else if (option == KQueueFfmChannelOption.IP_RECVDSTADDR) {
      validate(option, value);
      return setRecipientIfPossible((Boolean) value);
    } else if (isJdkLoop(option)) {
      validate(option, value);
      return super.setOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED, !(Boolean) value);
    } else {
      return super.setOption(option, value);
    }
    return true;
  }

  /** The JDK's option says the opposite of Netty's. */
  private static boolean isJdkLoop(ChannelOption<?> option) {
    return option instanceof NioChannelOption && option.name().equals(IP_MULTICAST_LOOP.name());
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
    return recipients.areTold();
  }

  /**
   * See {@link KQueueFfmChannelOption#IP_RECVDSTADDR}; best set before bind.
   *
   * @throws UnsupportedOperationException if the system does not report it
   */
  public KQueueFfmDatagramChannelConfig setReceiveDestinationAddress(boolean receive) {
    try {
      recipients.tell(receive);
      return this;
    } catch (IOException e) {
      throw new ChannelException("cannot set IP_RECVDSTADDR: " + Failures.reason(e), e);
    }
  }

  private boolean setRecipientIfPossible(boolean receive) {
    try {
      setReceiveDestinationAddress(receive);
      return true;
    } catch (UnsupportedOperationException e) {
      // As for every option that the kernel lacks: a bootstrap warns of it and goes on.
      return false;
    }
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
   * Sets whether other sockets may be bound to the port too; before bind, and on each of them. On
   * macOS and the BSDs it sets {@link UnixChannelOption#SO_REUSEPORT} as well, without which they
   * do not share a port, as the JDK's DatagramChannel does.
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
   * Sets whether other sockets may be bound to the port too; before bind, and on each of them.
   *
   * @throws ChannelException if the kernel refuses it
   */
  public KQueueFfmDatagramChannelConfig setReusePort(boolean reusePort) {
    return set(UnixChannelOption.SO_REUSEPORT, reusePort);
  }

  /**
   * Whether an address may be bound that no interface has yet.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public boolean isFreeBind() {
    return get(KQueueFfmChannelOption.IP_FREEBIND);
  }

  /**
   * Sets whether an address may be bound that no interface has yet.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmDatagramChannelConfig setFreeBind(boolean freeBind) {
    return set(KQueueFfmChannelOption.IP_FREEBIND, freeBind);
  }

  /**
   * Whether addresses of others may be bound.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public boolean isIpTransparent() {
    return get(KQueueFfmChannelOption.IP_TRANSPARENT);
  }

  /**
   * Sets whether addresses of others may be bound, for transparent proxies; needs privileges.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmDatagramChannelConfig setIpTransparent(boolean ipTransparent) {
    return set(KQueueFfmChannelOption.IP_TRANSPARENT, ipTransparent);
  }

  /**
   * Whether groups are heard that only other sockets of this machine joined.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public boolean isIpMulticastAll() {
    return get(KQueueFfmChannelOption.IP_MULTICAST_ALL);
  }

  /**
   * Sets whether groups are heard that only other sockets of this machine joined.
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
  public InetAddress getInterface() {
    return get(ChannelOption.IP_MULTICAST_ADDR);
  }

  @Override
  public KQueueFfmDatagramChannelConfig setInterface(InetAddress interfaceAddress) {
    return set(ChannelOption.IP_MULTICAST_ADDR, interfaceAddress);
  }

  /** The interface that datagrams to groups leave by; {@code null} while the system chooses. */
  @Override
  public NetworkInterface getNetworkInterface() {
    return get(ChannelOption.IP_MULTICAST_IF);
  }

  @Override
  public KQueueFfmDatagramChannelConfig setNetworkInterface(NetworkInterface networkInterface) {
    return set(ChannelOption.IP_MULTICAST_IF, networkInterface);
  }
}
