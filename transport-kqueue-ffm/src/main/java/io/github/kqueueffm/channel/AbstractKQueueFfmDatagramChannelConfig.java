package io.github.kqueueffm.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.util.List;
import java.util.Map;

/** Configuration that all datagram channels have. */
abstract class AbstractKQueueFfmDatagramChannelConfig<
        C extends AbstractKQueueFfmDatagramChannelConfig<C>>
    extends KQueueFfmChannelConfig<C> {
  /** What all of Netty's transports receive at most, if not told otherwise. */
  private static final int DEFAULT_RECEIVED = 2048;

  private volatile boolean activeOnOpen;

  AbstractKQueueFfmDatagramChannelConfig(
      AbstractKQueueFfmDatagramChannel channel, List<KernelOption<?>> options) {
    super(channel, options, new FixedRecvByteBufAllocator(DEFAULT_RECEIVED));
  }

  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    return getOptions(super.getOptions(), activeOption());
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T getOption(ChannelOption<T> option) {
    return option == activeOption() ? (T) Boolean.valueOf(activeOnOpen) : super.getOption(option);
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (option == activeOption()) {
      validate(option, value);
      setActiveOnOpen((Boolean) value);
      return true;
    }
    return super.setOption(option, value);
  }

  @SuppressWarnings("deprecation") // For bootstraps that set it still.
  private static ChannelOption<Boolean> activeOption() {
    return ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION;
  }

  final boolean isActiveOnOpen() {
    return activeOnOpen;
  }

  private void setActiveOnOpen(boolean activeOnOpen) {
    if (channel.isRegistered()) {
      throw new IllegalStateException(
          activeOption() + " can be changed before the channel is registered only");
    }
    this.activeOnOpen = activeOnOpen;
  }

  /** Bytes. */
  public int getSendBufferSize() {
    return get(ChannelOption.SO_SNDBUF);
  }

  public C setSendBufferSize(int sendBufferSize) {
    return set(ChannelOption.SO_SNDBUF, sendBufferSize);
  }

  /** Bytes. */
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  public C setReceiveBufferSize(int receiveBufferSize) {
    return set(ChannelOption.SO_RCVBUF, receiveBufferSize);
  }
}
