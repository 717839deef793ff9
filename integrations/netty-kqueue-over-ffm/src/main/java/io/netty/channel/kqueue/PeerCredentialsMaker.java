package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmPeerCredentials;
import io.netty.channel.unix.PeerCredentials;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;

/** Makes Netty's credentials, whose constructor is package-private. */
final class PeerCredentialsMaker {
  private PeerCredentialsMaker() {}

  /**
   * {@return the same credentials in Netty's type}
   *
   * @throws UnsupportedOperationException on the module path, if that package is not opened
   */
  static PeerCredentials netty(KQueueFfmPeerCredentials peer) {
    try {
      Constructor<PeerCredentials> constructor =
          PeerCredentials.class.getDeclaredConstructor(int.class, int.class, int[].class);
      constructor.setAccessible(true);
      return constructor.newInstance(peer.pid(), peer.uid(), peer.gids());
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      throw new UnsupportedOperationException(
          "cannot make io.netty.channel.unix.PeerCredentials; on the module path add --add-opens"
              + " io.netty.transport.unix.common/io.netty.channel.unix="
              + "io.netty.transport.classes.kqueue, or use KQueueFfmPeerCredentials.of(channel)",
          e);
    }
  }
}
