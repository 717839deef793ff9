package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_RCVBUF;
import static io.github.kqueueffm.abi.Constant.SO_SNDBUF;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.channel.unix.DomainSocketChannelConfig;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.internal.ObjectUtil;
import java.util.List;
import java.util.Map;

/** Configuration of a {@link KQueueFfmDomainSocketChannel}. */
public class KQueueFfmDomainSocketChannelConfig
    extends KQueueFfmChannelConfig<KQueueFfmDomainSocketChannelConfig>
    implements DomainSocketChannelConfig, DuplexChannelConfig {
  private static final List<KernelOption<?>> OPTIONS =
      List.of(
          KernelOption.integer(ChannelOption.SO_RCVBUF, SOL_SOCKET, SO_RCVBUF),
          KernelOption.integer(ChannelOption.SO_SNDBUF, SOL_SOCKET, SO_SNDBUF));

  private volatile DomainSocketReadMode readMode = DomainSocketReadMode.BYTES;
  private volatile boolean allowHalfClosure;

  /** For a subclass, which {@link KQueueFfmDomainSocketChannel#newConfig()} makes. */
  protected KQueueFfmDomainSocketChannelConfig(KQueueFfmDomainSocketChannel channel) {
    super(channel, OPTIONS);
  }

  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    return getOptions(
        super.getOptions(),
        UnixChannelOption.DOMAIN_SOCKET_READ_MODE,
        ChannelOption.ALLOW_HALF_CLOSURE);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T getOption(ChannelOption<T> option) {
    if (option == UnixChannelOption.DOMAIN_SOCKET_READ_MODE) {
      return (T) getReadMode();
    }
    if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
      return (T) Boolean.valueOf(isAllowHalfClosure());
    }
    return super.getOption(option);
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (option == UnixChannelOption.DOMAIN_SOCKET_READ_MODE) {
      validate(option, value);
      setReadMode((DomainSocketReadMode) value);
      return true;
    }
    if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
      validate(option, value);
      setAllowHalfClosure((Boolean) value);
      return true;
    }
    return super.setOption(option, value);
  }

  @Override
  public DomainSocketReadMode getReadMode() {
    return readMode;
  }

  /**
   * Sets whether bytes or descriptors are read. In the mode for bytes, descriptors that come along
   * are closed by the kernel; in the one for descriptors, bytes are dropped.
   */
  @Override
  public KQueueFfmDomainSocketChannelConfig setReadMode(DomainSocketReadMode mode) {
    readMode = ObjectUtil.checkNotNull(mode, "mode");
    return this;
  }

  @Override
  public boolean isAllowHalfClosure() {
    return allowHalfClosure;
  }

  @Override
  public KQueueFfmDomainSocketChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
    this.allowHalfClosure = allowHalfClosure;
    return this;
  }

  /** Bytes. */
  public int getSendBufferSize() {
    return get(ChannelOption.SO_SNDBUF);
  }

  /**
   * Sets the send buffer, in bytes; Linux doubles the number, and {@link #getSendBufferSize()}
   * tells the double.
   *
   * @throws io.netty.channel.ChannelException if the kernel refuses it
   */
  public KQueueFfmDomainSocketChannelConfig setSendBufferSize(int sendBufferSize) {
    return set(ChannelOption.SO_SNDBUF, sendBufferSize);
  }

  /** Bytes. */
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  /**
   * Sets the receive buffer, in bytes. On Linux it has no effect on what may be under way, which
   * the peer's send buffer limits.
   *
   * @throws io.netty.channel.ChannelException if the kernel refuses it
   */
  public KQueueFfmDomainSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
    return set(ChannelOption.SO_RCVBUF, receiveBufferSize);
  }
}
