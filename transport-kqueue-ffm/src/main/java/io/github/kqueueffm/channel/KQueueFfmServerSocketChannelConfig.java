package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.IPPROTO_TCP;
import static io.github.kqueueffm.abi.Constant.SO_ACCEPTFILTER;
import static io.github.kqueueffm.abi.Constant.TCP_FASTOPEN;

import io.github.kqueueffm.syscall.Failures;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.internal.ObjectUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Configuration of a {@link KQueueFfmServerSocketChannel}. */
public class KQueueFfmServerSocketChannelConfig
    extends KQueueFfmServerChannelConfig<KQueueFfmServerSocketChannelConfig> {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(KQueueFfmServerSocketChannelConfig.class);

  private static final OptionTable OPTIONS = new OptionTable(OptionTable.Kind.SERVER_SOCKET);

  private volatile int fastOpen;
  private volatile Object acceptFilter;

  /**
   * For a subclass, which {@link KQueueFfmServerSocketChannel#newConfig()} makes. Switches {@code
   * SO_REUSEADDR} on.
   */
  protected KQueueFfmServerSocketChannelConfig(KQueueFfmServerSocketChannel channel) {
    super(channel, OPTIONS);
    // As in Netty's own transports: a restarted server can bind the port that it had.
    set(ChannelOption.SO_REUSEADDR, true);
  }

  /** Whether several sockets may listen on the port; only Linux and DragonFly balance by it. */
  public boolean isReusePort() {
    return get(UnixChannelOption.SO_REUSEPORT);
  }

  /**
   * Sets whether other sockets may listen on the port too. Set it before bind, on each of them. To
   * distribute the connections on FreeBSD use {@link KQueueFfmChannelOption#SO_REUSEPORT_LB}.
   *
   * @throws ChannelException if the kernel refuses it
   */
  public KQueueFfmServerSocketChannelConfig setReusePort(boolean reusePort) {
    return set(UnixChannelOption.SO_REUSEPORT, reusePort);
  }

  /** The filter that was set here, or {@code null}. */
  public @Nullable KQueueFfmAcceptFilter getAcceptFilter() {
    Object filter = acceptFilter;
    return filter == null ? null : KQueueFfmAcceptFilter.of(filter);
  }

  /**
   * Sets the filter that connections have to pass before they are reported. A filter that was set
   * before bind takes effect at bind.
   *
   * @throws UnsupportedOperationException if the system has no accept filters
   */
  public KQueueFfmServerSocketChannelConfig setAcceptFilter(KQueueFfmAcceptFilter filter) {
    setFilter(ObjectUtil.checkNotNull(filter, "filter"));
    return this;
  }

  /** The filter as it was set, of our type or of Netty's, or {@code null}. */
  final Object filter() {
    return acceptFilter;
  }

  final void setFilter(Object filter) {
    KQueueFfmAcceptFilter own = KQueueFfmAcceptFilter.of(filter);
    // A system without filters refuses it here, and not only when the socket listens.
    platform().get(SO_ACCEPTFILTER);
    if (channel.isActive()) {
      apply(own);
    }
    acceptFilter = filter;
  }

  private void apply(KQueueFfmAcceptFilter filter) {
    try {
      filter.applyTo(socket());
    } catch (IOException e) {
      throw new ChannelException(
          "cannot set SO_ACCEPTFILTER to "
              + filter
              + " (its kernel module has to be loaded): "
              + Failures.reason(e),
          e);
    }
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
  public KQueueFfmServerSocketChannelConfig setFreeBind(boolean freeBind) {
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
  public KQueueFfmServerSocketChannelConfig setIpTransparent(boolean ipTransparent) {
    return set(KQueueFfmChannelOption.IP_TRANSPARENT, ipTransparent);
  }

  /**
   * Seconds that a connection may stay without data before it is accepted anyway.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public int getTcpDeferAccept() {
    return get(KQueueFfmChannelOption.TCP_DEFER_ACCEPT);
  }

  /**
   * Sets the seconds that a connection may stay without data before it is accepted anyway.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmServerSocketChannelConfig setTcpDeferAccept(int tcpDeferAccept) {
    return set(KQueueFfmChannelOption.TCP_DEFER_ACCEPT, tcpDeferAccept);
  }

  /** How many connections with data in their SYN may wait for the end of their handshake. */
  public int getTcpFastopen() {
    return fastOpen;
  }

  /**
   * Sets how many connections with data in their SYN may wait for the end of their handshake. Linux
   * counts them; on other systems any number above 0 lets clients send such data. A number that was
   * set before bind takes effect at bind.
   */
  public KQueueFfmServerSocketChannelConfig setTcpFastopen(int pending) {
    ObjectUtil.checkPositiveOrZero(pending, "TCP_FASTOPEN");
    if (channel.isActive()) {
      applyFastOpen(pending);
    }
    fastOpen = pending;
    return this;
  }

  /** Whether clients may send data with their SYN. */
  public boolean isTcpFastOpen() {
    return fastOpen > 0;
  }

  /**
   * Sets whether clients may send data with their SYN; set before bind, it takes effect at bind.
   */
  public KQueueFfmServerSocketChannelConfig setTcpFastOpen(boolean fastOpen) {
    return setTcpFastopen(fastOpen ? 1 : 0);
  }

  private void applyFastOpen(int pending) {
    try {
      socket()
          .setInt(IPPROTO_TCP, TCP_FASTOPEN, platform().isLinux() ? pending : pending > 0 ? 1 : 0);
    } catch (IOException | UnsupportedOperationException e) {
      // The administrator may have switched it off (sysctl net.ipv4.tcp_fastopen,
      // net.inet.tcp.fastopen). The server works without it.
      LOGGER.warn("TCP_FASTOPEN has no effect on {}", channel, e);
    }
  }

  @Override
  final void listening() {
    // macOS takes TCP_FASTOPEN, and every system SO_ACCEPTFILTER, on a listening socket only.
    if (fastOpen > 0) {
      applyFastOpen(fastOpen);
    }
    Object filter = acceptFilter;
    if (filter != null) {
      apply(KQueueFfmAcceptFilter.of(filter));
    }
  }
}
