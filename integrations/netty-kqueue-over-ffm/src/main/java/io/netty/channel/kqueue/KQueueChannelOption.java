package io.netty.channel.kqueue;

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;

/**
 * Options of kqueue's channels beyond {@link UnixChannelOption}. More are in {@link
 * io.github.kqueueffm.channel.KQueueFfmChannelOption}.
 *
 * @param <T> the type of the value
 */
public final class KQueueChannelOption<T> extends UnixChannelOption<T> {

  /** The bytes that have to be free before the socket is reported writable. Linux lacks it. */
  public static final ChannelOption<Integer> SO_SNDLOWAT =
      valueOf(KQueueChannelOption.class, "SO_SNDLOWAT");

  /** Holds back partial segments. */
  public static final ChannelOption<Boolean> TCP_NOPUSH =
      valueOf(KQueueChannelOption.class, "TCP_NOPUSH");

  /** A filter of connections before they are accepted (FreeBSD, DragonFly, NetBSD). */
  public static final ChannelOption<AcceptFilter> SO_ACCEPTFILTER =
      valueOf(KQueueChannelOption.class, "SO_ACCEPTFILTER");

  /** Has no effect, because the transport does not need a guess of the receive buffer's size. */
  public static final ChannelOption<Boolean> RCV_ALLOC_TRANSPORT_PROVIDES_GUESS =
      valueOf(KQueueChannelOption.class, "RCV_ALLOC_TRANSPORT_PROVIDES_GUESS");

  private KQueueChannelOption() {}
}
