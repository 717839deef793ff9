package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;

/** A listening local (Unix domain) socket. */
public final class KQueueServerDomainSocketChannel extends KQueueFfmServerDomainSocketChannel
    implements AbstractKQueueServerChannel {

  /** Opens a new socket. */
  public KQueueServerDomainSocketChannel() {}

  /** Takes over a socket. Closing the channel closes it. */
  public KQueueServerDomainSocketChannel(int fd) {
    super(fd);
  }

  @Override
  protected KQueueServerChannelConfig newConfig() {
    return new KQueueServerChannelConfig(this);
  }

  @Override
  public KQueueServerChannelConfig config() {
    return (KQueueServerChannelConfig) super.config();
  }

  @Override
  protected KQueueDomainSocketChannel newChildChannel(int fd) {
    return new KQueueDomainSocketChannel(this, fd);
  }
}
