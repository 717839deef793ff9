package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.PeerCredentials;
import java.io.IOException;
import java.util.Arrays;

/**
 * Who is at the other end of a local socket, as it was when that end connected or listened. Netty's
 * own type cannot be made outside its package, so the channels leave the name of its method free.
 */
public final class KQueueFfmPeerCredentials {
  private final PeerCredentials credentials;

  private KQueueFfmPeerCredentials(PeerCredentials credentials) {
    this.credentials = credentials;
  }

  /**
   * Asks the kernel who the peer is.
   *
   * @throws IOException if the channel is not connected
   */
  public static KQueueFfmPeerCredentials of(KQueueFfmDomainSocketChannel channel)
      throws IOException {
    return new KQueueFfmPeerCredentials(PeerCredentials.of(channel.socket()));
  }

  /**
   * Asks the kernel who the peer is. Systems answer for the two ends of a pair; for other datagram
   * sockets few do.
   *
   * @throws IOException if the channel is not connected, or the system does not answer
   */
  public static KQueueFfmPeerCredentials of(KQueueFfmDomainDatagramChannel channel)
      throws IOException {
    return new KQueueFfmPeerCredentials(PeerCredentials.of(channel.socket()));
  }

  /**
   * The process. On macOS it is the last user of the other end, which need not be who connected.
   *
   * @return 0 where the system does not provide it (DragonFly, FreeBSD before 13) or, on macOS, the
   *     peer has closed
   */
  public int pid() {
    return credentials.pid();
  }

  /** The effective user. */
  public int uid() {
    return credentials.uid();
  }

  /** The effective group first, then the others where the system provides them. */
  public int[] gids() {
    return credentials.gids().clone();
  }

  @Override
  public String toString() {
    return "pid " + pid() + ", uid " + uid() + ", gids " + Arrays.toString(credentials.gids());
  }
}
