package io.github.kqueueffm.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.util.NetUtil;
import io.netty.util.internal.ObjectUtil;

/**
 * Configuration that all listening channels have.
 *
 * @param <C> the type that the setters return
 */
public abstract class KQueueFfmServerChannelConfig<C extends KQueueFfmServerChannelConfig<C>>
    extends KQueueFfmChannelConfig<C> implements ServerSocketChannelConfig {
  private volatile int backlog = NetUtil.SOMAXCONN;

  KQueueFfmServerChannelConfig(AbstractKQueueFfmServerChannel channel, OptionTable options) {
    super(channel, options);
  }

  /** Called when the socket listens, to set what takes effect only from then on. */
  void listening() {}

  @Override
  public int getBacklog() {
    return backlog;
  }

  /** Sets how many connections may wait to be accepted; takes effect at bind. */
  @Override
  public C setBacklog(int backlog) {
    this.backlog = ObjectUtil.checkPositiveOrZero(backlog, "SO_BACKLOG");
    return self();
  }

  @Override
  public boolean isReuseAddress() {
    return get(ChannelOption.SO_REUSEADDR);
  }

  @Override
  public C setReuseAddress(boolean reuseAddress) {
    return set(ChannelOption.SO_REUSEADDR, reuseAddress);
  }

  @Override
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  /** Sets the receive buffer of the connections that it will accept. */
  @Override
  public C setReceiveBufferSize(int receiveBufferSize) {
    return set(ChannelOption.SO_RCVBUF, receiveBufferSize);
  }

  /** Has no effect, as on all of Netty's transports. */
  @Override
  public C setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
    return self();
  }
}
