package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;

/** A TCP connection. */
public final class KQueueSocketChannel extends KQueueFfmSocketChannel
    implements AbstractKQueueStreamChannel {

  /** Opens a new socket. */
  public KQueueSocketChannel() {}

  /**
   * Opens a new socket of one family.
   *
   * @deprecated use {@link #KQueueSocketChannel(SocketProtocolFamily)}
   */
  @Deprecated
  public KQueueSocketChannel(io.netty.channel.socket.InternetProtocolFamily family) {
    super(family == null ? null : family.toSocketProtocolFamily());
  }

  /** Opens a new socket of one family. {@code null} chooses as the first constructor does. */
  public KQueueSocketChannel(SocketProtocolFamily family) {
    super(family);
  }

  /** Takes over a socket. Closing the channel closes it. */
  public KQueueSocketChannel(int fd) {
    super(fd);
  }

  KQueueSocketChannel(KQueueServerSocketChannel parent, int fd, InetSocketAddress remote) {
    super(parent, fd, remote);
  }

  @Override
  protected KQueueSocketChannelConfig newConfig() {
    return new KQueueSocketChannelConfig(this);
  }

  @Override
  public KQueueSocketChannelConfig config() {
    return (KQueueSocketChannelConfig) super.config();
  }
}
