package io.github.kqueueffm.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The types of the options' values, which a {@link ChannelOption} does not know itself. */
final class OptionTypes {
  private static final Map<ChannelOption<?>, Class<?>> TYPES = types();

  private OptionTypes() {}

  /** The option's name without the class that some have before it. */
  static String name(ChannelOption<?> option) {
    return option.name().substring(option.name().indexOf('#') + 1);
  }

  /** The type of an option's value, or {@code null} if it is not known. */
  static Class<?> of(ChannelOption<?> option) {
    if (option instanceof GenericUnixChannelOption<?>) {
      return option instanceof IntegerUnixChannelOption ? Integer.class : ByteBuffer.class;
    }
    return TYPES.get(option);
  }

  /**
   * Refuses a value that got past the compiler by a raw type or a cast.
   *
   * @throws IllegalArgumentException with the option's name and type
   */
  static void check(ChannelOption<?> option, Object value) {
    Class<?> type = of(option);
    if (type != null && !type.isInstance(value)) {
      throw new IllegalArgumentException(
          name(option)
              + ": "
              + value
              + " is of type "
              + value.getClass().getName()
              + " (expected: "
              + type.getSimpleName()
              + ')');
    }
  }

  private static Map<ChannelOption<?>, Class<?>> types() {
    Map<ChannelOption<?>, Class<?>> types = new HashMap<>();
    numbers().forEach(option -> types.put(option, Integer.class));
    flags().forEach(option -> types.put(option, Boolean.class));
    types.put(KQueueFfmChannelOption.TCP_NOTSENT_LOWAT, Long.class);
    types.put(ChannelOption.ALLOCATOR, ByteBufAllocator.class);
    types.put(ChannelOption.RECVBUF_ALLOCATOR, RecvByteBufAllocator.class);
    types.put(ChannelOption.MESSAGE_SIZE_ESTIMATOR, MessageSizeEstimator.class);
    types.put(ChannelOption.WRITE_BUFFER_WATER_MARK, WriteBufferWaterMark.class);
    types.put(ChannelOption.IP_MULTICAST_ADDR, InetAddress.class);
    types.put(ChannelOption.IP_MULTICAST_IF, NetworkInterface.class);
    types.put(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.class);
    return types;
  }

  @SuppressWarnings("deprecation") // Options that may still be set.
  private static List<ChannelOption<Integer>> numbers() {
    return List.of(
        ChannelOption.CONNECT_TIMEOUT_MILLIS,
        ChannelOption.MAX_MESSAGES_PER_READ,
        ChannelOption.MAX_MESSAGES_PER_WRITE,
        ChannelOption.WRITE_SPIN_COUNT,
        ChannelOption.WRITE_BUFFER_HIGH_WATER_MARK,
        ChannelOption.WRITE_BUFFER_LOW_WATER_MARK,
        ChannelOption.SO_SNDBUF,
        ChannelOption.SO_RCVBUF,
        ChannelOption.SO_LINGER,
        ChannelOption.SO_BACKLOG,
        ChannelOption.IP_TOS,
        ChannelOption.IP_MULTICAST_TTL,
        ChannelOption.TCP_FASTOPEN,
        KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE,
        KQueueFfmChannelOption.SO_BUSY_POLL,
        KQueueFfmChannelOption.SO_SNDLOWAT,
        KQueueFfmChannelOption.TCP_DEFER_ACCEPT,
        KQueueFfmChannelOption.TCP_KEEPCNT,
        KQueueFfmChannelOption.TCP_KEEPIDLE,
        KQueueFfmChannelOption.TCP_KEEPINTVL,
        KQueueFfmChannelOption.TCP_MAXSEG,
        KQueueFfmChannelOption.TCP_USER_TIMEOUT);
  }

  @SuppressWarnings("deprecation") // Options that may still be set.
  private static List<ChannelOption<Boolean>> flags() {
    return List.of(
        ChannelOption.ALLOW_HALF_CLOSURE,
        ChannelOption.AUTO_CLOSE,
        ChannelOption.AUTO_READ,
        ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION,
        ChannelOption.IP_MULTICAST_LOOP_DISABLED,
        ChannelOption.SINGLE_EVENTEXECUTOR_PER_GROUP,
        ChannelOption.SO_BROADCAST,
        ChannelOption.SO_KEEPALIVE,
        ChannelOption.SO_REUSEADDR,
        ChannelOption.TCP_FASTOPEN_CONNECT,
        ChannelOption.TCP_NODELAY,
        UnixChannelOption.SO_REUSEPORT,
        KQueueFfmChannelOption.IP_BIND_ADDRESS_NO_PORT,
        KQueueFfmChannelOption.IP_FREEBIND,
        KQueueFfmChannelOption.IP_MULTICAST_ALL,
        KQueueFfmChannelOption.IP_RECVDSTADDR,
        KQueueFfmChannelOption.IP_TRANSPARENT,
        KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS,
        KQueueFfmChannelOption.SO_REUSEPORT_LB,
        KQueueFfmChannelOption.TCP_CORK,
        KQueueFfmChannelOption.TCP_NOPUSH,
        KQueueFfmChannelOption.TCP_QUICKACK);
  }
}
