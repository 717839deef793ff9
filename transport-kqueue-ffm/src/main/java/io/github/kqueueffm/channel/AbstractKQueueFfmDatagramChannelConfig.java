package io.github.kqueueffm.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;

/** Configuration that all datagram channels have. */
abstract class AbstractKQueueFfmDatagramChannelConfig<
        C extends AbstractKQueueFfmDatagramChannelConfig<C>>
    extends KQueueFfmChannelConfig<C> {
  /** The size of the receive buffer in all of Netty's transports. */
  private static final int DEFAULT_RECEIVED = 2048;

  private volatile boolean activeOnOpen;

  AbstractKQueueFfmDatagramChannelConfig(
      AbstractKQueueFfmDatagramChannel channel, OptionTable options) {
    super(channel, options, new FixedRecvByteBufAllocator(DEFAULT_RECEIVED));
  }

  final boolean isActiveOnOpen() {
    return activeOnOpen;
  }

  @SuppressWarnings("deprecation") // Bootstraps may still set it.
  final void setActiveOnOpen(boolean activeOnOpen) {
    if (channel.isRegistered()) {
      throw new IllegalStateException(
          ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION
              + " can be changed before the channel is registered only");
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
