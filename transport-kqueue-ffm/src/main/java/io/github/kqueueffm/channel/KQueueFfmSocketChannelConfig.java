package io.github.kqueueffm.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.internal.PlatformDependent;

/** Configuration of a {@link KQueueFfmSocketChannel}. */
public class KQueueFfmSocketChannelConfig
    extends KQueueFfmChannelConfig<KQueueFfmSocketChannelConfig> implements SocketChannelConfig {
  private static final OptionTable OPTIONS = new OptionTable(OptionTable.Kind.SOCKET);
  private static final int LINGER_UNKNOWN = Integer.MIN_VALUE;

  private volatile boolean allowHalfClosure;
  private volatile boolean fastOpenConnect;
  private volatile int linger = -1;

  /**
   * For a subclass, which {@link KQueueFfmSocketChannel#newConfig()} makes. Switches {@code
   * TCP_NODELAY} on, as Netty's own transports do.
   */
  protected KQueueFfmSocketChannelConfig(KQueueFfmSocketChannel channel) {
    super(channel, OPTIONS);
    if (PlatformDependent.canEnableTcpNoDelayByDefault() && !channel.inheritsNoDelay()) {
      set(ChannelOption.TCP_NODELAY, true);
    }
  }

  @Override
  void changed(ChannelOption<?> option, Object value) {
    if (option == ChannelOption.SO_LINGER) {
      linger = (Integer) value;
    }
  }

  /** Called for a descriptor that may linger by what was set elsewhere. */
  final void lingerUnknown() {
    linger = LINGER_UNKNOWN;
  }

  /** Seconds that close(2) may block for, or a negative number. */
  final int blockingLinger() {
    return linger == LINGER_UNKNOWN || isLingerByNumber() ? getSoLinger() : linger;
  }

  @Override
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  @Override
  public KQueueFfmSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
    return set(ChannelOption.SO_RCVBUF, receiveBufferSize);
  }

  @Override
  public int getSendBufferSize() {
    return get(ChannelOption.SO_SNDBUF);
  }

  @Override
  public KQueueFfmSocketChannelConfig setSendBufferSize(int sendBufferSize) {
    return set(ChannelOption.SO_SNDBUF, sendBufferSize);
  }

  /** Seconds, or -1 if it is off. */
  @Override
  public int getSoLinger() {
    return get(ChannelOption.SO_LINGER);
  }

  /**
   * Sets the seconds that a close waits for unsent data; -1 switches it off. A larger number than
   * the system can keep (327 on macOS, 32,767 on the BSDs) sets the largest that it can.
   */
  @Override
  public KQueueFfmSocketChannelConfig setSoLinger(int soLinger) {
    return set(ChannelOption.SO_LINGER, soLinger);
  }

  @Override
  public int getTrafficClass() {
    return get(ChannelOption.IP_TOS);
  }

  @Override
  public KQueueFfmSocketChannelConfig setTrafficClass(int trafficClass) {
    return set(ChannelOption.IP_TOS, trafficClass);
  }

  @Override
  public boolean isKeepAlive() {
    return get(ChannelOption.SO_KEEPALIVE);
  }

  @Override
  public KQueueFfmSocketChannelConfig setKeepAlive(boolean keepAlive) {
    return set(ChannelOption.SO_KEEPALIVE, keepAlive);
  }

  @Override
  public boolean isReuseAddress() {
    return get(ChannelOption.SO_REUSEADDR);
  }

  @Override
  public KQueueFfmSocketChannelConfig setReuseAddress(boolean reuseAddress) {
    return set(ChannelOption.SO_REUSEADDR, reuseAddress);
  }

  @Override
  public boolean isTcpNoDelay() {
    return get(ChannelOption.TCP_NODELAY);
  }

  @Override
  public KQueueFfmSocketChannelConfig setTcpNoDelay(boolean tcpNoDelay) {
    return set(ChannelOption.TCP_NODELAY, tcpNoDelay);
  }

  /** Bytes that have to be free before the socket is reported writable; not on Linux. */
  public int getSndLowAt() {
    return get(KQueueFfmChannelOption.SO_SNDLOWAT);
  }

  /**
   * Sets how many bytes have to be free before the socket is reported writable.
   *
   * @throws UnsupportedOperationException on Linux
   */
  public void setSndLowAt(int sndLowAt) {
    set(KQueueFfmChannelOption.SO_SNDLOWAT, sndLowAt);
  }

  /**
   * Whether partial segments are held back; {@code TCP_CORK} on Linux.
   *
   * @throws UnsupportedOperationException on NetBSD
   */
  public boolean isTcpNoPush() {
    return get(KQueueFfmChannelOption.TCP_NOPUSH);
  }

  /**
   * Sets whether partial segments are held back.
   *
   * @throws UnsupportedOperationException on NetBSD
   */
  public void setTcpNoPush(boolean tcpNoPush) {
    set(KQueueFfmChannelOption.TCP_NOPUSH, tcpNoPush);
  }

  /**
   * Whether partial segments are held back; the same as {@link #isTcpNoPush()}.
   *
   * @throws UnsupportedOperationException on NetBSD
   */
  public boolean isTcpCork() {
    return get(KQueueFfmChannelOption.TCP_CORK);
  }

  /**
   * Sets whether partial segments are held back; the same as {@link #setTcpNoPush}.
   *
   * @throws UnsupportedOperationException on NetBSD
   */
  public KQueueFfmSocketChannelConfig setTcpCork(boolean tcpCork) {
    return set(KQueueFfmChannelOption.TCP_CORK, tcpCork);
  }

  /**
   * Whether acknowledgements are sent immediately.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public boolean isTcpQuickAck() {
    return get(KQueueFfmChannelOption.TCP_QUICKACK);
  }

  /**
   * Sets whether acknowledgements are sent immediately.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmSocketChannelConfig setTcpQuickAck(boolean tcpQuickAck) {
    return set(KQueueFfmChannelOption.TCP_QUICKACK, tcpQuickAck);
  }

  /**
   * Microseconds of busy polling when there is nothing to receive.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public int getSoBusyPoll() {
    return get(KQueueFfmChannelOption.SO_BUSY_POLL);
  }

  /**
   * Sets the microseconds of busy polling when there is nothing to receive.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmSocketChannelConfig setSoBusyPoll(int soBusyPoll) {
    return set(KQueueFfmChannelOption.SO_BUSY_POLL, soBusyPoll);
  }

  /**
   * Unsent bytes from which on the socket is not reported writable.
   *
   * @throws UnsupportedOperationException where the system lacks it
   */
  public long getTcpNotSentLowAt() {
    return get(KQueueFfmChannelOption.TCP_NOTSENT_LOWAT);
  }

  /**
   * Sets how many unsent bytes keep the socket from being reported writable.
   *
   * @throws UnsupportedOperationException where the system lacks it
   */
  public KQueueFfmSocketChannelConfig setTcpNotSentLowAt(long tcpNotSentLowAt) {
    return set(KQueueFfmChannelOption.TCP_NOTSENT_LOWAT, tcpNotSentLowAt);
  }

  /**
   * Seconds of idleness before the first keep-alive probe.
   *
   * @throws UnsupportedOperationException on OpenBSD
   */
  public int getTcpKeepIdle() {
    return get(KQueueFfmChannelOption.TCP_KEEPIDLE);
  }

  /**
   * Sets the seconds of idleness before the first keep-alive probe.
   *
   * @throws UnsupportedOperationException on OpenBSD
   */
  public KQueueFfmSocketChannelConfig setTcpKeepIdle(int tcpKeepIdle) {
    return set(KQueueFfmChannelOption.TCP_KEEPIDLE, tcpKeepIdle);
  }

  /**
   * Seconds between keep-alive probes.
   *
   * @throws UnsupportedOperationException on OpenBSD
   */
  public int getTcpKeepIntvl() {
    return get(KQueueFfmChannelOption.TCP_KEEPINTVL);
  }

  /**
   * Sets the seconds between keep-alive probes.
   *
   * @throws UnsupportedOperationException on OpenBSD
   */
  public KQueueFfmSocketChannelConfig setTcpKeepIntvl(int tcpKeepIntvl) {
    return set(KQueueFfmChannelOption.TCP_KEEPINTVL, tcpKeepIntvl);
  }

  /**
   * Probes without an answer before the connection is given up.
   *
   * @throws UnsupportedOperationException on OpenBSD
   */
  public int getTcpKeepCnt() {
    return get(KQueueFfmChannelOption.TCP_KEEPCNT);
  }

  /**
   * Sets how many probes without an answer end the connection.
   *
   * @throws UnsupportedOperationException on OpenBSD
   */
  public KQueueFfmSocketChannelConfig setTcpKeepCnt(int tcpKeepCnt) {
    return set(KQueueFfmChannelOption.TCP_KEEPCNT, tcpKeepCnt);
  }

  /**
   * Milliseconds that sent data may stay unacknowledged.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public int getTcpUserTimeout() {
    return get(KQueueFfmChannelOption.TCP_USER_TIMEOUT);
  }

  /**
   * Sets the milliseconds that sent data may stay unacknowledged.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmSocketChannelConfig setTcpUserTimeout(int tcpUserTimeout) {
    return set(KQueueFfmChannelOption.TCP_USER_TIMEOUT, tcpUserTimeout);
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
  public KQueueFfmSocketChannelConfig setIpTransparent(boolean ipTransparent) {
    return set(KQueueFfmChannelOption.IP_TRANSPARENT, ipTransparent);
  }

  /**
   * Whether the kernel chooses the port of a bind to port 0 at the connect.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public boolean isIpBindAddressNoPort() {
    return get(KQueueFfmChannelOption.IP_BIND_ADDRESS_NO_PORT);
  }

  /**
   * Sets whether the kernel chooses the port of a bind to port 0 at the connect.
   *
   * @throws UnsupportedOperationException anywhere but on Linux
   */
  public KQueueFfmSocketChannelConfig setIpBindAddressNoPort(boolean ipBindAddressNoPort) {
    return set(KQueueFfmChannelOption.IP_BIND_ADDRESS_NO_PORT, ipBindAddressNoPort);
  }

  /**
   * The same as {@link #setTcpKeepCnt}, under the name that Netty's epoll transport has too.
   *
   * @deprecated use {@link #setTcpKeepCnt}
   */
  @Deprecated
  public KQueueFfmSocketChannelConfig setTcpKeepCntl(int probes) {
    return set(KQueueFfmChannelOption.TCP_KEEPCNT, probes);
  }

  /** Whether data that is written before the connect goes with its SYN. */
  public boolean isTcpFastOpenConnect() {
    return fastOpenConnect;
  }

  /**
   * Sets whether data that is written before the connect goes with its SYN, where the system can.
   */
  public KQueueFfmSocketChannelConfig setTcpFastOpenConnect(boolean fastOpenConnect) {
    this.fastOpenConnect = fastOpenConnect;
    return this;
  }

  @Override
  public boolean isAllowHalfClosure() {
    return allowHalfClosure;
  }

  @Override
  public KQueueFfmSocketChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
    this.allowHalfClosure = allowHalfClosure;
    return this;
  }

  /** Has no effect, as on all of Netty's transports. */
  @Override
  public KQueueFfmSocketChannelConfig setPerformancePreferences(
      int connectionTime, int latency, int bandwidth) {
    return this;
  }
}
