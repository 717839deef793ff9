package io.github.kqueueffm.channel;

import io.netty.channel.ChannelOption;

/**
 * Options beyond {@link ChannelOption} and {@link io.netty.channel.unix.UnixChannelOption}.
 *
 * <p>Those that Netty's own kqueue and epoll transports have too are the very objects of these, so
 * that code that sets those keeps working. Not among them are those of epoll's own ways ({@code
 * EPOLL_MODE}, {@code TCP_MD5SIG}, {@code IP_RECVORIGDSTADDR}, {@code UDP_GRO}), and the io_uring
 * transport's under names that no other transport has. An option that the system lacks is not in
 * {@code getOptions()}, and setting it answers false.
 */
public final class KQueueFfmChannelOption {
  private static final String KQUEUE = "io.netty.channel.kqueue.KQueueChannelOption#";

  /** Some of its options have plain names, as they have here. */
  private static final String EPOLL = "io.netty.channel.epoll.EpollChannelOption#";

  /** Bytes that have to be free before the socket is reported writable; not on Linux. */
  public static final ChannelOption<Integer> SO_SNDLOWAT =
      ChannelOption.valueOf(KQUEUE + "SO_SNDLOWAT");

  /** Holds back partial segments; TCP_CORK on Linux, nothing on NetBSD. */
  public static final ChannelOption<Boolean> TCP_NOPUSH =
      ChannelOption.valueOf(KQUEUE + "TCP_NOPUSH");

  /** The same as {@link #TCP_NOPUSH}, by its name on Linux. */
  public static final ChannelOption<Boolean> TCP_CORK = ChannelOption.valueOf(EPOLL + "TCP_CORK");

  /**
   * A filter of connections before they are accepted (FreeBSD, DragonFly, NetBSD). Takes Netty's
   * type of it too, and gives back the one that was set.
   */
  public static final ChannelOption<KQueueFfmAcceptFilter> SO_ACCEPTFILTER =
      ChannelOption.valueOf(KQUEUE + "SO_ACCEPTFILTER");

  /**
   * Spreads the connections over all sockets that listen on a port (FreeBSD), as {@link
   * io.netty.channel.unix.UnixChannelOption#SO_REUSEPORT} does on Linux and DragonFly.
   */
  public static final ChannelOption<Boolean> SO_REUSEPORT_LB =
      ChannelOption.valueOf(KQueueFfmChannelOption.class, "SO_REUSEPORT_LB");

  /** Microseconds of busy polling when there is nothing to receive (Linux). */
  public static final ChannelOption<Integer> SO_BUSY_POLL =
      ChannelOption.valueOf(EPOLL + "SO_BUSY_POLL");

  /** Seconds that a connection may take to send before it is accepted all the same (Linux). */
  public static final ChannelOption<Integer> TCP_DEFER_ACCEPT =
      ChannelOption.valueOf(EPOLL + "TCP_DEFER_ACCEPT");

  /** The largest segment, bytes. */
  public static final ChannelOption<Integer> TCP_MAXSEG =
      ChannelOption.valueOf(KQueueFfmChannelOption.class, "TCP_MAXSEG");

  /** Whether an address may be bound that no interface has yet (Linux). */
  public static final ChannelOption<Boolean> IP_FREEBIND = ChannelOption.valueOf("IP_FREEBIND");

  /** Whether addresses of others may be bound, for transparent proxies (Linux). */
  public static final ChannelOption<Boolean> IP_TRANSPARENT =
      ChannelOption.valueOf("IP_TRANSPARENT");

  /** Whether a bind to port 0 leaves the choice of the port to connect (Linux). */
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

  /** Whether acknowledgements are sent at once (Linux). */
  public static final ChannelOption<Boolean> TCP_QUICKACK =
      ChannelOption.valueOf(EPOLL + "TCP_QUICKACK");

  /** Whether groups are heard that only other sockets of this machine joined (Linux); off. */
  public static final ChannelOption<Boolean> IP_MULTICAST_ALL =
      ChannelOption.valueOf("IP_MULTICAST_ALL");

  /**
   * Whether the recipient of a received datagram is the address that it was sent to, one of this
   * machine or a group, with the channel's port. Off by default: then it is the local address, also
   * where that is the wildcard, as on Netty's own transports.
   */
  public static final ChannelOption<Boolean> IP_RECVDSTADDR =
      ChannelOption.valueOf(KQueueFfmChannelOption.class, "IP_RECVDSTADDR");

  /**
   * The most bytes of one datagram, above 0 to receive several with one system call where there is
   * recvmmsg (not on macOS, DragonFly and NetBSD before 10). A buffer of the {@code
   * RECVBUF_ALLOCATOR} then receives as many as it has room for; one that has room for fewer than
   * two receives one datagram, as without this option.
   */
  public static final ChannelOption<Integer> MAX_DATAGRAM_PAYLOAD_SIZE =
      ChannelOption.valueOf("MAX_DATAGRAM_PAYLOAD_SIZE");

  /** Has no effect: the transport needs no guess of the receive buffer's size. */
  public static final ChannelOption<Boolean> RCV_ALLOC_TRANSPORT_PROVIDES_GUESS =
      ChannelOption.valueOf(KQUEUE + "RCV_ALLOC_TRANSPORT_PROVIDES_GUESS");

  private KQueueFfmChannelOption() {}
}
