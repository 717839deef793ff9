package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmPeerCredentials;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;

/** A local (Unix domain) stream. */
public final class KQueueDomainSocketChannel extends KQueueFfmDomainSocketChannel
    implements AbstractKQueueStreamChannel {

  /** Opens a new socket. */
  public KQueueDomainSocketChannel() {}

  /** Takes over a socket. Closing the channel closes it. */
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
   * Asks the kernel for the credentials of the peer.
   *
   * @throws IOException if it is not connected, or the system does not report them
   */
  public PeerCredentials peerCredentials() throws IOException {
    return PeerCredentialsMaker.netty(KQueueFfmPeerCredentials.of(this));
  }
}
