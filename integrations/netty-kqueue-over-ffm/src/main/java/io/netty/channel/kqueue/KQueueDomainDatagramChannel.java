package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmDomainDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmPeerCredentials;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;

/** A local (Unix domain) datagram socket. */
public final class KQueueDomainDatagramChannel extends KQueueFfmDomainDatagramChannel {

  /** Opens a new socket. */
  public KQueueDomainDatagramChannel() {}

  /** Takes over a socket. Closing the channel closes it. */
  public KQueueDomainDatagramChannel(int fd) {
    super(fd);
  }

  @Override
  protected KQueueDomainDatagramChannelConfig newConfig() {
    return new KQueueDomainDatagramChannelConfig(this);
  }

  @Override
  public KQueueDomainDatagramChannelConfig config() {
    return (KQueueDomainDatagramChannelConfig) super.config();
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
