package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.PeerCredentials;
import java.util.Arrays;

/**
 * Who is at the other end of a local socket, as it was when that end connected or listened. Netty's
 * own type cannot be made outside its package.
 */
public final class KQueueFfmPeerCredentials {
  private final PeerCredentials credentials;

  KQueueFfmPeerCredentials(PeerCredentials credentials) {
    this.credentials = credentials;
  }

  /** The process, 0 where the system does not tell (DragonFly, FreeBSD before 13). */
  public int pid() {
    return credentials.pid();
  }

  /** The effective user. */
  public int uid() {
    return credentials.uid();
  }

  /** The effective group first, and the further ones where the system tells them. */
  public int[] gids() {
    return credentials.gids().clone();
  }

  @Override
  public String toString() {
    return "pid " + pid() + ", uid " + uid() + ", gids " + Arrays.toString(credentials.gids());
  }
}
