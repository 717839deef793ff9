package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_RCVBUF;
import static io.github.kqueueffm.abi.Constant.SO_REUSEADDR;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.util.NetUtil;
import io.netty.util.internal.ObjectUtil;
import java.util.List;
import java.util.Map;

/**
 * What the configurations of all listening channels have.
 *
 * @param <C> the type that the setters return
 */
public abstract class KQueueFfmServerChannelConfig<C extends KQueueFfmServerChannelConfig<C>>
    extends KQueueFfmChannelConfig<C> implements ServerSocketChannelConfig {
  static final List<KernelOption<?>> OPTIONS =
      List.of(
          KernelOption.integer(ChannelOption.SO_RCVBUF, SOL_SOCKET, SO_RCVBUF),
          KernelOption.flag(ChannelOption.SO_REUSEADDR, SOL_SOCKET, SO_REUSEADDR));

  private volatile int backlog = NetUtil.SOMAXCONN;

  KQueueFfmServerChannelConfig(
      AbstractKQueueFfmServerChannel channel, List<KernelOption<?>> kernelOptions) {
    super(channel, kernelOptions);
  }

  /** The socket listens: what takes effect from then on only is set now. */
  void listening() {}

  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    return getOptions(super.getOptions(), ChannelOption.SO_BACKLOG);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T getOption(ChannelOption<T> option) {
    return option == ChannelOption.SO_BACKLOG
        ? (T) Integer.valueOf(getBacklog())
        : super.getOption(option);
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (option == ChannelOption.SO_BACKLOG) {
      validate(option, value);
      setBacklog((Integer) value);
      return true;
    }
    return super.setOption(option, value);
  }

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

  /** Sets the receive buffer of the connections to come. */
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
