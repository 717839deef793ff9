package io.github.kqueueffm.channel;

import io.netty.channel.ChannelOption;

/**
 * Options beyond {@link ChannelOption} and {@link io.netty.channel.unix.UnixChannelOption}.
 *
 * <p>An option that Netty's own kqueue or epoll transport has is the same object here, so existing
 * code that sets it keeps working. This class lacks the options that only epoll has ({@code
 * EPOLL_MODE}, {@code TCP_MD5SIG}, {@code IP_RECVORIGDSTADDR}), and those that only the io_uring
 * transport has. An option that the system lacks is not in {@code getOptions()}, and {@code
 * setOption} returns false for it.
 */
public final class KQueueFfmChannelOption {
  private static final String KQUEUE = "io.netty.channel.kqueue.KQueueChannelOption#";

  /** Begins the names of Netty's epoll options, except for a few that have plain names. */
  private static final String EPOLL = "io.netty.channel.epoll.EpollChannelOption#";

  /** Bytes that have to be free before the socket is reported writable; not on Linux. */
  public static final ChannelOption<Integer> SO_SNDLOWAT =
      ChannelOption.valueOf(KQUEUE + "SO_SNDLOWAT");

  /** Holds back partial segments; TCP_CORK on Linux, not on NetBSD. */
  public static final ChannelOption<Boolean> TCP_NOPUSH =
      ChannelOption.valueOf(KQUEUE + "TCP_NOPUSH");

  /** The same as {@link #TCP_NOPUSH}, by the name that Linux has for it. */
  public static final ChannelOption<Boolean> TCP_CORK = ChannelOption.valueOf(EPOLL + "TCP_CORK");

  /**
   * A filter of connections before they are accepted (FreeBSD, DragonFly, NetBSD). The option takes
   * Netty's type of filter too, and returns the object that was set.
   */
  public static final ChannelOption<KQueueFfmAcceptFilter> SO_ACCEPTFILTER =
      ChannelOption.valueOf(KQUEUE + "SO_ACCEPTFILTER");

  /**
   * Distributes the connections over all sockets that listen on a port (FreeBSD), as {@link
   * io.netty.channel.unix.UnixChannelOption#SO_REUSEPORT} does on Linux and DragonFly.
   */
  public static final ChannelOption<Boolean> SO_REUSEPORT_LB =
      ChannelOption.valueOf(KQueueFfmChannelOption.class, "SO_REUSEPORT_LB");

  /** Microseconds of busy polling when there is nothing to receive (Linux). */
  public static final ChannelOption<Integer> SO_BUSY_POLL =
      ChannelOption.valueOf(EPOLL + "SO_BUSY_POLL");

  /** Seconds that a connection may stay without data before it is accepted anyway (Linux). */
  public static final ChannelOption<Integer> TCP_DEFER_ACCEPT =
      ChannelOption.valueOf(EPOLL + "TCP_DEFER_ACCEPT");

  /** The largest segment, in bytes. */
  public static final ChannelOption<Integer> TCP_MAXSEG =
      ChannelOption.valueOf(KQueueFfmChannelOption.class, "TCP_MAXSEG");

  /** Whether an address may be bound that no interface has (Linux). */
  public static final ChannelOption<Boolean> IP_FREEBIND = ChannelOption.valueOf("IP_FREEBIND");

  /** Whether addresses of other machines may be bound, for transparent proxies (Linux). */
  public static final ChannelOption<Boolean> IP_TRANSPARENT =
      ChannelOption.valueOf("IP_TRANSPARENT");

  /** Whether the kernel chooses the port of a bind to port 0 at the connect (Linux). */
  public static final ChannelOption<Boolean> IP_BIND_ADDRESS_NO_PORT =
      ChannelOption.valueOf("IP_BIND_ADDRESS_NO_PORT");

  /** Seconds of idleness before the first keep-alive probe; not on OpenBSD. */
  public static final ChannelOption<Integer> TCP_KEEPIDLE =
      ChannelOption.valueOf(EPOLL + "TCP_KEEPIDLE");

  /** Seconds between keep-alive probes; not on OpenBSD. */
  public static final ChannelOption<Integer> TCP_KEEPINTVL =
      ChannelOption.valueOf(EPOLL + "TCP_KEEPINTVL");

  /** Probes without an answer before the connection is given up; not on OpenBSD. */
  public static final ChannelOption<Integer> TCP_KEEPCNT =
      ChannelOption.valueOf(EPOLL + "TCP_KEEPCNT");

  /** Milliseconds that sent data may stay unacknowledged (Linux). */
  public static final ChannelOption<Integer> TCP_USER_TIMEOUT =
      ChannelOption.valueOf(EPOLL + "TCP_USER_TIMEOUT");

  /** Unsent bytes from which on the socket is not reported writable (macOS and Linux). */
  public static final ChannelOption<Long> TCP_NOTSENT_LOWAT =
      ChannelOption.valueOf(EPOLL + "TCP_NOTSENT_LOWAT");

  /** Whether acknowledgements are sent immediately (Linux). */
  public static final ChannelOption<Boolean> TCP_QUICKACK =
      ChannelOption.valueOf(EPOLL + "TCP_QUICKACK");

  /**
   * Whether the socket receives datagrams of groups that only other sockets joined (Linux); off.
   */
  public static final ChannelOption<Boolean> IP_MULTICAST_ALL =
      ChannelOption.valueOf("IP_MULTICAST_ALL");

  /**
   * Whether the recipient of a received datagram is the address that it was sent to, an address of
   * this machine or a group, with the channel's port. Off by default: the recipient is then the
   * local address, even if that is the wildcard, as on Netty's own transports.
   */
  public static final ChannelOption<Boolean> IP_RECVDSTADDR =
      ChannelOption.valueOf(KQueueFfmChannelOption.class, "IP_RECVDSTADDR");

  /**
   * The most bytes of one datagram. A number above 0 lets one system call receive several
   * datagrams, on systems with recvmmsg (not on macOS, DragonFly and NetBSD before 10). A buffer of
   * the {@code RECVBUF_ALLOCATOR} then receives as many as it has room for. A buffer with room for
   * fewer than two receives one datagram, as without this option.
   */
  public static final ChannelOption<Integer> MAX_DATAGRAM_PAYLOAD_SIZE =
      ChannelOption.valueOf("MAX_DATAGRAM_PAYLOAD_SIZE");

  /**
   * Whether one system call may receive several datagrams of a peer that have one size (UDP_GRO,
   * Linux 5.0 and newer). Each is delivered as a packet. Together they have up to 65,535 bytes, and
   * what the buffer has no room for is lost. The buffers of a receive have that size, unless a
   * {@code RECVBUF_ALLOCATOR} was set, whose buffers need it too. {@link
   * #MAX_DATAGRAM_PAYLOAD_SIZE} below it has no effect meanwhile. Datagrams that came together and
   * were not read when the option is cleared are delivered as one.
   */
  public static final ChannelOption<Boolean> UDP_GRO = ChannelOption.valueOf("UDP_GRO");

  /**
   * Whether the buffer of a stream's receive has the size of what waits in the socket, and not the
   * size that the {@code RECVBUF_ALLOCATOR} guesses. Off by default. It has no effect where no
   * event says how many bytes wait: on the kqueue over epoll, and on datagram and server channels.
   */
  public static final ChannelOption<Boolean> RCV_ALLOC_TRANSPORT_PROVIDES_GUESS =
      ChannelOption.valueOf(KQUEUE + "RCV_ALLOC_TRANSPORT_PROVIDES_GUESS");

  private KQueueFfmChannelOption() {}
}
