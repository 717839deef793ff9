package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_TCP;
import static io.github.kqueueffm.abi.Constant.IP_BIND_ADDRESS_NO_PORT;
import static io.github.kqueueffm.abi.Constant.IP_FREEBIND;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_ALL;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_IF;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_LOOP;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_TTL;
import static io.github.kqueueffm.abi.Constant.IP_TOS;
import static io.github.kqueueffm.abi.Constant.IP_TRANSPARENT;
import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_BROADCAST;
import static io.github.kqueueffm.abi.Constant.SO_BUSY_POLL;
import static io.github.kqueueffm.abi.Constant.SO_KEEPALIVE;
import static io.github.kqueueffm.abi.Constant.SO_LINGER;
import static io.github.kqueueffm.abi.Constant.SO_RCVBUF;
import static io.github.kqueueffm.abi.Constant.SO_REUSEADDR;
import static io.github.kqueueffm.abi.Constant.SO_REUSEPORT;
import static io.github.kqueueffm.abi.Constant.SO_REUSEPORT_LB;
import static io.github.kqueueffm.abi.Constant.SO_SNDBUF;
import static io.github.kqueueffm.abi.Constant.SO_SNDLOWAT;
import static io.github.kqueueffm.abi.Constant.TCP_CORK;
import static io.github.kqueueffm.abi.Constant.TCP_DEFER_ACCEPT;
import static io.github.kqueueffm.abi.Constant.TCP_KEEPALIVE;
import static io.github.kqueueffm.abi.Constant.TCP_KEEPCNT;
import static io.github.kqueueffm.abi.Constant.TCP_KEEPIDLE;
import static io.github.kqueueffm.abi.Constant.TCP_KEEPINTVL;
import static io.github.kqueueffm.abi.Constant.TCP_MAXSEG;
import static io.github.kqueueffm.abi.Constant.TCP_NODELAY;
import static io.github.kqueueffm.abi.Constant.TCP_NOPUSH;
import static io.github.kqueueffm.abi.Constant.TCP_NOTSENT_LOWAT;
import static io.github.kqueueffm.abi.Constant.TCP_QUICKACK;
import static io.github.kqueueffm.abi.Constant.TCP_USER_TIMEOUT;
import static io.github.kqueueffm.channel.OptionTable.Kind.DATAGRAM;
import static io.github.kqueueffm.channel.OptionTable.Kind.DOMAIN_DATAGRAM;
import static io.github.kqueueffm.channel.OptionTable.Kind.DOMAIN_SOCKET;
import static io.github.kqueueffm.channel.OptionTable.Kind.SERVER_DOMAIN_SOCKET;
import static io.github.kqueueffm.channel.OptionTable.Kind.SERVER_SOCKET;
import static io.github.kqueueffm.channel.OptionTable.Kind.SOCKET;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The options of one kind of channel. Each option of this transport is a row: on which channels and
 * systems it exists, its type, how it is read and set, which values it takes.
 */
final class OptionTable {
  /** The kinds of channels, named as their classes. */
  enum Kind {
    SOCKET,
    SERVER_SOCKET,
    DATAGRAM,
    DOMAIN_SOCKET,
    SERVER_DOMAIN_SOCKET,
    DOMAIN_DATAGRAM
  }

  /** An option. */
  interface Row<T> {
    ChannelOption<?> option();

    /** The class of the values. */
    Class<?> type();

    /** The channels that have the option. */
    Set<Kind> channels();

    boolean exists(Platform platform);

    /** Whether the JDK has the option under this name. */
    boolean isNamed(String jdkName);

    /**
     * Reads the option; from a connection that is gone and does not report it, the default.
     *
     * @throws UnsupportedOperationException if this system lacks it
     */
    T get(KQueueFfmChannelConfig<?> config);

    /**
     * Sets the option.
     *
     * @return false if it has no effect on some of what the socket carries
     * @throws IllegalArgumentException for a value that the option does not take
     * @throws UnsupportedOperationException if this system lacks it
     */
    boolean set(KQueueFfmChannelConfig<?> config, T value);

    /** Puts the option and its value into the list, if this system has it. */
    void addTo(Map<ChannelOption<?>, Object> options, KQueueFfmChannelConfig<?> config);
  }

  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);
  private static final Set<Kind> TCP = EnumSet.of(SOCKET);
  private static final Set<Kind> LISTENER = EnumSet.of(SERVER_SOCKET);
  private static final Set<Kind> UDP = EnumSet.of(DATAGRAM);
  private static final Set<Kind> TCP_UDP = EnumSet.of(SOCKET, DATAGRAM);
  private static final Set<Kind> LISTENER_UDP = EnumSet.of(SERVER_SOCKET, DATAGRAM);

  private static final Row<?>[] KERNEL_ROWS = {
    integer(ChannelOption.SO_RCVBUF, ALL, SOL_SOCKET, SO_RCVBUF)
        .between(0, Integer.MAX_VALUE, "0 or more bytes"),
    integer(
            ChannelOption.SO_SNDBUF,
            EnumSet.of(SOCKET, DATAGRAM, DOMAIN_SOCKET, DOMAIN_DATAGRAM),
            SOL_SOCKET,
            SO_SNDBUF)
        .between(0, Integer.MAX_VALUE, "0 or more bytes"),
    flag(ChannelOption.TCP_NODELAY, TCP, IPPROTO_TCP, TCP_NODELAY),
    flag(ChannelOption.SO_KEEPALIVE, TCP, SOL_SOCKET, SO_KEEPALIVE),
    flag(ChannelOption.SO_BROADCAST, UDP, SOL_SOCKET, SO_BROADCAST),
    flag(
        ChannelOption.SO_REUSEADDR,
        EnumSet.of(SOCKET, SERVER_SOCKET, SERVER_DOMAIN_SOCKET),
        SOL_SOCKET,
        SO_REUSEADDR),
    row(ChannelOption.SO_REUSEADDR, OptionCodec.SHARED_PORT, UDP, SOL_SOCKET, SO_REUSEADDR),
    flag(UnixChannelOption.SO_REUSEPORT, LISTENER_UDP, SOL_SOCKET, SO_REUSEPORT),
    flag(KQueueFfmChannelOption.SO_REUSEPORT_LB, LISTENER, SOL_SOCKET, SO_REUSEPORT_LB),
    row(ChannelOption.SO_LINGER, OptionCodec.LINGER, TCP, SOL_SOCKET, SO_LINGER),
    row(ChannelOption.IP_TOS, OptionCodec.TRAFFIC_CLASS, TCP_UDP, IPPROTO_IP, IP_TOS)
        .between(0, 0xff, "0 to 255"),
    row(
        ChannelOption.IP_MULTICAST_TTL,
        OptionCodec.MULTICAST_TTL,
        UDP,
        IPPROTO_IP,
        IP_MULTICAST_TTL),
    row(
        ChannelOption.IP_MULTICAST_LOOP_DISABLED,
        OptionCodec.MULTICAST_LOOP_DISABLED,
        UDP,
        IPPROTO_IP,
        IP_MULTICAST_LOOP),
    // Before the one by address: it is the JDK's option of that name.
    row(
        ChannelOption.IP_MULTICAST_IF,
        OptionCodec.MULTICAST_INTERFACE,
        UDP,
        IPPROTO_IP,
        IP_MULTICAST_IF),
    row(
        ChannelOption.IP_MULTICAST_ADDR,
        OptionCodec.MULTICAST_INTERFACE_ADDRESS,
        UDP,
        IPPROTO_IP,
        IP_MULTICAST_IF),
    row(
        KQueueFfmChannelOption.IP_MULTICAST_ALL,
        OptionCodec.MULTICAST_ALL,
        UDP,
        IPPROTO_IP,
        IP_MULTICAST_ALL),
    // Linux can read it, always as 1, but answers ENOPROTOOPT to setting it.
    integer(KQueueFfmChannelOption.SO_SNDLOWAT, TCP, SOL_SOCKET, SO_SNDLOWAT)
        .notOn(OperatingSystem.LINUX),
    flag(KQueueFfmChannelOption.TCP_NOPUSH, TCP, IPPROTO_TCP, TCP_NOPUSH, TCP_CORK),
    flag(KQueueFfmChannelOption.TCP_CORK, TCP, IPPROTO_TCP, TCP_CORK, TCP_NOPUSH),
    flag(KQueueFfmChannelOption.TCP_QUICKACK, TCP, IPPROTO_TCP, TCP_QUICKACK),
    integer(KQueueFfmChannelOption.TCP_KEEPIDLE, TCP, IPPROTO_TCP, TCP_KEEPIDLE, TCP_KEEPALIVE)
        .expectedOnLinux("1 to 32767 seconds"),
    integer(KQueueFfmChannelOption.TCP_KEEPINTVL, TCP, IPPROTO_TCP, TCP_KEEPINTVL)
        .expectedOnLinux("1 to 32767 seconds"),
    integer(KQueueFfmChannelOption.TCP_KEEPCNT, TCP, IPPROTO_TCP, TCP_KEEPCNT)
        .expectedOnLinux("1 to 127"),
    integer(KQueueFfmChannelOption.TCP_USER_TIMEOUT, TCP, IPPROTO_TCP, TCP_USER_TIMEOUT)
        .expectedOnLinux("0 or more milliseconds"),
    row(
            KQueueFfmChannelOption.TCP_NOTSENT_LOWAT,
            OptionCodec.UNSIGNED,
            TCP,
            IPPROTO_TCP,
            TCP_NOTSENT_LOWAT)
        .between(0, 0xffff_ffffL, "0 to 4294967295"),
    flag(KQueueFfmChannelOption.IP_FREEBIND, LISTENER_UDP, IPPROTO_IP, IP_FREEBIND),
    integer(KQueueFfmChannelOption.TCP_DEFER_ACCEPT, LISTENER, IPPROTO_TCP, TCP_DEFER_ACCEPT),
    integer(
            KQueueFfmChannelOption.TCP_MAXSEG,
            EnumSet.of(SOCKET, SERVER_SOCKET),
            IPPROTO_TCP,
            TCP_MAXSEG)
        .expectedOnLinux("88 to 32767 bytes, or 0"),
    integer(KQueueFfmChannelOption.SO_BUSY_POLL, TCP_UDP, SOL_SOCKET, SO_BUSY_POLL)
        .expectedOnLinux("0 or more microseconds; to raise it takes privileges"),
    flag(
        KQueueFfmChannelOption.IP_TRANSPARENT,
        EnumSet.of(SOCKET, SERVER_SOCKET, DATAGRAM),
        IPPROTO_IP,
        IP_TRANSPARENT),
    flag(KQueueFfmChannelOption.IP_BIND_ADDRESS_NO_PORT, TCP, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT)
  };

  /** The JDK's option of a row comes before Netty's of the same name. */
  private static final List<Row<?>> ROWS = new ArrayList<>();

  private static final Map<ChannelOption<?>, Class<?>> TYPES = typesOfNetty();

  static {
    Collections.addAll(ROWS, ConfigOption.values());
    Collections.addAll(ROWS, KERNEL_ROWS);
    for (Row<?> row : ROWS) {
      TYPES.put(row.option(), row.type());
    }
  }

  private final Row<?>[] rows;

  OptionTable(Kind channel) {
    List<Row<?>> own = new ArrayList<>();
    for (Row<?> row : ROWS) {
      if (row.channels().contains(channel)) {
        own.add(row);
      }
    }
    rows = own.toArray(new Row<?>[0]);
  }

  private static KernelOption<Integer> integer(
      ChannelOption<Integer> option, Set<Kind> channels, Constant level, Constant... names) {
    return new KernelOption<>(option, OptionCodec.INTEGER, channels, level, names);
  }

  private static KernelOption<Boolean> flag(
      ChannelOption<Boolean> option, Set<Kind> channels, Constant level, Constant... names) {
    return new KernelOption<>(option, OptionCodec.BOOLEAN, channels, level, names);
  }

  private static <T> KernelOption<T> row(
      ChannelOption<T> option,
      OptionCodec codec,
      Set<Kind> channels,
      Constant level,
      Constant name) {
    return new KernelOption<>(option, codec, channels, level, name);
  }

  /** The row of an option, Netty's or the JDK's, or {@code null} if the channel lacks it. */
  @SuppressWarnings("unchecked") // The type of a row is that of its option.
  <T> Row<T> row(ChannelOption<T> option) {
    boolean jdk = option instanceof NioChannelOption;
    for (Row<?> row : rows) {
      if (row.option() == option || jdk && row.isNamed(option.name())) {
        return (Row<T>) row;
      }
    }
    return null;
  }

  /** Puts all options that the channel has into the list, with their values. */
  void addTo(Map<ChannelOption<?>, Object> options, KQueueFfmChannelConfig<?> config) {
    for (Row<?> row : rows) {
      row.addTo(options, config);
    }
  }

  /**
   * Refuses a value that got past the compiler by a raw type or a cast.
   *
   * @throws IllegalArgumentException with the option's name and type
   */
  void checkType(ChannelOption<?> option, Object value) {
    Row<?> row = row(option);
    ChannelOption<?> known = row == null ? option : row.option();
    Class<?> type = type(known);
    if (type != null && !type.isInstance(value)) {
      throw new IllegalArgumentException(
          name(known)
              + ": "
              + value
              + " is of type "
              + value.getClass().getName()
              + " (expected: "
              + type.getSimpleName()
              + ')');
    }
  }

  /** The type of an option's value, or {@code null} if it is not known. */
  static Class<?> type(ChannelOption<?> option) {
    if (option instanceof GenericUnixChannelOption<?>) {
      return option instanceof IntegerUnixChannelOption ? Integer.class : ByteBuffer.class;
    }
    return TYPES.get(option);
  }

  /** The option's name without the class that some have before it. */
  static String name(ChannelOption<?> option) {
    return option.name().substring(option.name().indexOf('#') + 1);
  }

  /** The types of the options that Netty keeps itself: an option does not know its own. */
  @SuppressWarnings("deprecation") // Bootstraps may still set them.
  private static Map<ChannelOption<?>, Class<?>> typesOfNetty() {
    Map<ChannelOption<?>, Class<?>> types = new HashMap<>();
    types.put(ChannelOption.CONNECT_TIMEOUT_MILLIS, Integer.class);
    types.put(ChannelOption.MAX_MESSAGES_PER_READ, Integer.class);
    types.put(ChannelOption.MAX_MESSAGES_PER_WRITE, Integer.class);
    types.put(ChannelOption.WRITE_SPIN_COUNT, Integer.class);
    types.put(ChannelOption.WRITE_BUFFER_HIGH_WATER_MARK, Integer.class);
    types.put(ChannelOption.WRITE_BUFFER_LOW_WATER_MARK, Integer.class);
    types.put(ChannelOption.AUTO_CLOSE, Boolean.class);
    types.put(ChannelOption.AUTO_READ, Boolean.class);
    types.put(ChannelOption.SINGLE_EVENTEXECUTOR_PER_GROUP, Boolean.class);
    types.put(ChannelOption.ALLOCATOR, ByteBufAllocator.class);
    types.put(ChannelOption.RECVBUF_ALLOCATOR, RecvByteBufAllocator.class);
    types.put(ChannelOption.MESSAGE_SIZE_ESTIMATOR, MessageSizeEstimator.class);
    types.put(ChannelOption.WRITE_BUFFER_WATER_MARK, WriteBufferWaterMark.class);
    return types;
  }
}
