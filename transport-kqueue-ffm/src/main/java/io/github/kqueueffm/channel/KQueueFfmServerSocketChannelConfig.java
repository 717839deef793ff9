package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_RCVBUF;
import static io.github.kqueueffm.abi.Constant.SO_REUSEADDR;
import static io.github.kqueueffm.abi.Constant.SO_REUSEPORT;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.NetUtil;
import io.netty.util.internal.ObjectUtil;
import java.util.List;
import java.util.Map;

/** Configuration of a {@link KQueueFfmServerSocketChannel}. */
public class KQueueFfmServerSocketChannelConfig
    extends KQueueFfmChannelConfig<KQueueFfmServerSocketChannelConfig>
    implements ServerSocketChannelConfig {
  private static final List<KernelOption<?>> OPTIONS =
      List.of(
          KernelOption.integer(ChannelOption.SO_RCVBUF, SOL_SOCKET, SO_RCVBUF),
          KernelOption.flag(ChannelOption.SO_REUSEADDR, SOL_SOCKET, SO_REUSEADDR),
          KernelOption.flag(UnixChannelOption.SO_REUSEPORT, SOL_SOCKET, SO_REUSEPORT));

  private volatile int backlog = NetUtil.SOMAXCONN;

  protected KQueueFfmServerSocketChannelConfig(KQueueFfmServerSocketChannel channel) {
    super(channel, OPTIONS);
    // As with Netty's own transports: a server restarts at once on the port that it had.
    setReuseAddress(true);
  }

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
  public KQueueFfmServerSocketChannelConfig setBacklog(int backlog) {
    this.backlog = ObjectUtil.checkPositiveOrZero(backlog, "backlog");
    return this;
  }

  @Override
  public final boolean isReuseAddress() {
    return get(ChannelOption.SO_REUSEADDR);
  }

  @Override
  public final KQueueFfmServerSocketChannelConfig setReuseAddress(boolean reuseAddress) {
    return set(ChannelOption.SO_REUSEADDR, reuseAddress);
  }

  /** Whether several sockets may listen on the port; only Linux and DragonFly balance by it. */
  public boolean isReusePort() {
    return get(UnixChannelOption.SO_REUSEPORT);
  }

  public KQueueFfmServerSocketChannelConfig setReusePort(boolean reusePort) {
    return set(UnixChannelOption.SO_REUSEPORT, reusePort);
  }

  @Override
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  @Override
  public KQueueFfmServerSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
    return set(ChannelOption.SO_RCVBUF, receiveBufferSize);
  }

  /** Has no effect, as on all of Netty's transports. */
  @Override
  public KQueueFfmServerSocketChannelConfig setPerformancePreferences(
      int connectionTime, int latency, int bandwidth) {
    return this;
  }
}
