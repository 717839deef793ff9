package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;

/** A UDP socket. */
public final class KQueueDatagramChannel extends KQueueFfmDatagramChannel {

  /** Opens a new socket. */
  public KQueueDatagramChannel() {}

  /**
   * Opens a new socket of one family.
   *
   * @deprecated use {@link #KQueueDatagramChannel(SocketProtocolFamily)}
   */
  @Deprecated
  public KQueueDatagramChannel(io.netty.channel.socket.InternetProtocolFamily family) {
    super(family == null ? null : family.toSocketProtocolFamily());
  }

  /** Opens a new socket of one family. {@code null} chooses as the first constructor does. */
  public KQueueDatagramChannel(SocketProtocolFamily family) {
    super(family);
  }

  /** Takes over a socket. Closing the channel closes it. */
  public KQueueDatagramChannel(int fd) {
    super(fd);
  }

  @Override
  protected KQueueDatagramChannelConfig newConfig() {
    return new KQueueDatagramChannelConfig(this);
  }

  @Override
  public KQueueDatagramChannelConfig config() {
    return (KQueueDatagramChannelConfig) super.config();
  }
}
