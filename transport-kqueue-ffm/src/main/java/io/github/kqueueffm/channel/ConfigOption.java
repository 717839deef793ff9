package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.OptionTable.Kind.DATAGRAM;
import static io.github.kqueueffm.channel.OptionTable.Kind.DOMAIN_DATAGRAM;
import static io.github.kqueueffm.channel.OptionTable.Kind.DOMAIN_SOCKET;
import static io.github.kqueueffm.channel.OptionTable.Kind.SERVER_DOMAIN_SOCKET;
import static io.github.kqueueffm.channel.OptionTable.Kind.SERVER_SOCKET;
import static io.github.kqueueffm.channel.OptionTable.Kind.SOCKET;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.TcpFastOpen;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import java.net.StandardSocketOptions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * A channel option that a configuration keeps, or reads and sets by more than one socket option.
 *
 * <p>An enum with switches, as {@link OptionCodec} is, and for the same reason.
 */
@SuppressWarnings("ImmutableEnumChecker") // Nothing changes an option or one of the sets.
enum ConfigOption implements OptionTable.Row<Object> {
  RCV_ALLOC_TRANSPORT_PROVIDES_GUESS(
      KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS,
      Boolean.class,
      EnumSet.allOf(OptionTable.Kind.class)),
  ALLOW_HALF_CLOSURE(
      ChannelOption.ALLOW_HALF_CLOSURE, Boolean.class, EnumSet.of(SOCKET, DOMAIN_SOCKET)),
  TCP_FASTOPEN_CONNECT(ChannelOption.TCP_FASTOPEN_CONNECT, Boolean.class, EnumSet.of(SOCKET)),
  SO_BACKLOG(
      ChannelOption.SO_BACKLOG, Integer.class, EnumSet.of(SERVER_SOCKET, SERVER_DOMAIN_SOCKET)),
  TCP_FASTOPEN(ChannelOption.TCP_FASTOPEN, Integer.class, EnumSet.of(SERVER_SOCKET)),
  /** Its value is of our type or of Netty's, which need not be on the class path. */
  SO_ACCEPTFILTER(KQueueFfmChannelOption.SO_ACCEPTFILTER, Object.class, EnumSet.of(SERVER_SOCKET)),
  DOMAIN_SOCKET_READ_MODE(
      UnixChannelOption.DOMAIN_SOCKET_READ_MODE,
      DomainSocketReadMode.class,
      EnumSet.of(DOMAIN_SOCKET)),
  @SuppressWarnings("deprecation") // Bootstraps may still set it.
  ACTIVE_ON_REGISTRATION(
      ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION,
      Boolean.class,
      EnumSet.of(DATAGRAM, DOMAIN_DATAGRAM)),
  MAX_DATAGRAM_PAYLOAD_SIZE(
      KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, Integer.class, EnumSet.of(DATAGRAM)),
  IP_RECVDSTADDR(KQueueFfmChannelOption.IP_RECVDSTADDR, Boolean.class, EnumSet.of(DATAGRAM)),
  UDP_GRO(KQueueFfmChannelOption.UDP_GRO, Boolean.class, EnumSet.of(DATAGRAM)),
  /** The JDK's option, which is the opposite of Netty's. Netty's is listed. */
  JDK_MULTICAST_LOOP(
      NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP),
      Boolean.class,
      EnumSet.of(DATAGRAM));

  private final ChannelOption<?> option;
  private final Class<?> type;
  private final Set<OptionTable.Kind> channels;

  ConfigOption(ChannelOption<?> option, Class<?> type, Set<OptionTable.Kind> channels) {
    this.option = option;
    this.type = type;
    this.channels = channels;
  }

  @Override
  public ChannelOption<?> option() {
    return option;
  }

  @Override
  public Class<?> type() {
    return type;
  }

  @Override
  public Set<OptionTable.Kind> channels() {
    return channels;
  }

  @Override
  public boolean exists(Platform platform) {
    return switch (this) {
      case TCP_FASTOPEN_CONNECT -> TcpFastOpen.isPossible(platform);
      case TCP_FASTOPEN -> platform.has(Constant.TCP_FASTOPEN);
      case SO_ACCEPTFILTER -> platform.has(Constant.SO_ACCEPTFILTER);
      case UDP_GRO -> platform.has(Constant.UDP_GRO);
      default -> true;
    };
  }

  @Override
  public boolean isNamed(String jdkName) {
    return this == JDK_MULTICAST_LOOP && option.name().equals(jdkName);
  }

  @Override
  public void addTo(Map<ChannelOption<?>, Object> options, KQueueFfmChannelConfig<?> config) {
    if (this != JDK_MULTICAST_LOOP && exists(config.platform())) {
      // From the configuration, because a subclass may override getOption.
      options.put(option, config.getOption(option));
    }
  }

  @Override
  public Object get(KQueueFfmChannelConfig<?> config) {
    return switch (this) {
      case RCV_ALLOC_TRANSPORT_PROVIDES_GUESS -> config.getRcvAllocTransportProvidesGuess();
      case ALLOW_HALF_CLOSURE -> ((DuplexChannelConfig) config).isAllowHalfClosure();
      case TCP_FASTOPEN_CONNECT -> ((KQueueFfmSocketChannelConfig) config).isTcpFastOpenConnect();
      case SO_BACKLOG -> ((KQueueFfmServerChannelConfig<?>) config).getBacklog();
      case TCP_FASTOPEN -> ((KQueueFfmServerSocketChannelConfig) config).getTcpFastopen();
      case SO_ACCEPTFILTER -> ((KQueueFfmServerSocketChannelConfig) config).filter();
      case DOMAIN_SOCKET_READ_MODE -> ((KQueueFfmDomainSocketChannelConfig) config).getReadMode();
      case ACTIVE_ON_REGISTRATION ->
          ((AbstractKQueueFfmDatagramChannelConfig<?>) config).isActiveOnOpen();
      case MAX_DATAGRAM_PAYLOAD_SIZE ->
          ((KQueueFfmDatagramChannelConfig) config).getMaxDatagramPayloadSize();
      case IP_RECVDSTADDR ->
          ((KQueueFfmDatagramChannelConfig) config).isReceiveDestinationAddress();
      case UDP_GRO -> ((KQueueFfmDatagramChannelConfig) config).isUdpGro();
      case JDK_MULTICAST_LOOP ->
          !((KQueueFfmDatagramChannelConfig) config).isLoopbackModeDisabled();
    };
  }

  @Override
  public boolean set(KQueueFfmChannelConfig<?> config, Object value) {
    switch (this) {
      case RCV_ALLOC_TRANSPORT_PROVIDES_GUESS ->
          config.setRcvAllocTransportProvidesGuess((Boolean) value);
      case ALLOW_HALF_CLOSURE ->
          ((DuplexChannelConfig) config).setAllowHalfClosure((Boolean) value);
      case TCP_FASTOPEN_CONNECT ->
          ((KQueueFfmSocketChannelConfig) config).setTcpFastOpenConnect((Boolean) value);
      case SO_BACKLOG -> ((KQueueFfmServerChannelConfig<?>) config).setBacklog((Integer) value);
      case TCP_FASTOPEN ->
          ((KQueueFfmServerSocketChannelConfig) config).setTcpFastopen((Integer) value);
      case SO_ACCEPTFILTER -> ((KQueueFfmServerSocketChannelConfig) config).setFilter(value);
      case DOMAIN_SOCKET_READ_MODE ->
          ((KQueueFfmDomainSocketChannelConfig) config).setReadMode((DomainSocketReadMode) value);
      case ACTIVE_ON_REGISTRATION ->
          ((AbstractKQueueFfmDatagramChannelConfig<?>) config).setActiveOnOpen((Boolean) value);
      case MAX_DATAGRAM_PAYLOAD_SIZE ->
          ((KQueueFfmDatagramChannelConfig) config).setMaxDatagramPayloadSize((Integer) value);
      case IP_RECVDSTADDR ->
          ((KQueueFfmDatagramChannelConfig) config).setReceiveDestinationAddress((Boolean) value);
      case UDP_GRO -> ((KQueueFfmDatagramChannelConfig) config).setUdpGro((Boolean) value);
      case JDK_MULTICAST_LOOP -> {
        return config.setOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED, !(Boolean) value);
      }
    }
    return true;
  }
}
