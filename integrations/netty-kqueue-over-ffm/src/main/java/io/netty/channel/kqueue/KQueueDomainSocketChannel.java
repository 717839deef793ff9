package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmPeerCredentials;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;

/** A local (Unix domain) stream. */
public final class KQueueDomainSocketChannel extends KQueueFfmDomainSocketChannel
    implements AbstractKQueueStreamChannel {

  /** A new socket. */
  public KQueueDomainSocketChannel() {}

  /** Takes over a socket, and closes it with the channel. */
  public KQueueDomainSocketChannel(int fd) {
    super(fd);
  }

  KQueueDomainSocketChannel(KQueueServerDomainSocketChannel parent, int fd) {
    super(parent, fd);
  }

  @Override
  protected KQueueDomainSocketChannelConfig newConfig() {
    return new KQueueDomainSocketChannelConfig(this);
  }

  @Override
  public KQueueDomainSocketChannelConfig config() {
    return (KQueueDomainSocketChannelConfig) super.config();
  }

  /**
   * Asks the kernel who the peer is.
   *
   * @throws IOException if it is not connected, or the system does not tell
   */
  public PeerCredentials peerCredentials() throws IOException {
    return PeerCredentialsMaker.netty(KQueueFfmPeerCredentials.of(this));
  }
}
