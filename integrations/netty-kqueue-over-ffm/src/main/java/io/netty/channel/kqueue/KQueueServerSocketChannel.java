package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import java.net.InetSocketAddress;

/** A listening TCP socket. */
public final class KQueueServerSocketChannel extends KQueueFfmServerSocketChannel
    implements AbstractKQueueServerChannel {

  /** A new socket. */
  public KQueueServerSocketChannel() {}

  /** Takes over a socket, and closes it with the channel. */
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
