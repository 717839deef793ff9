package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import java.net.InetSocketAddress;

/** A listening TCP socket. */
public final class KQueueServerSocketChannel extends KQueueFfmServerSocketChannel
    implements AbstractKQueueServerChannel {

  /** Opens a new socket. */
  public KQueueServerSocketChannel() {}

  /** Takes over a socket. Closing the channel closes it. */
  public KQueueServerSocketChannel(int fd) {
    super(fd);
  }

  @Override
  protected KQueueServerSocketChannelConfig newConfig() {
    return new KQueueServerSocketChannelConfig(this);
  }

  @Override
  public KQueueServerSocketChannelConfig config() {
    return (KQueueServerSocketChannelConfig) super.config();
  }

  @Override
  protected KQueueSocketChannel newChildChannel(int fd, InetSocketAddress remote) {
    return new KQueueSocketChannel(this, fd, remote);
  }
}
