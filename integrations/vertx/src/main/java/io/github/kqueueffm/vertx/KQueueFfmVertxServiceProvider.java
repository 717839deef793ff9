package io.github.kqueueffm.vertx;

import io.github.kqueueffm.channel.KQueueFfm;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.transport.Transport;

/**
 * Found by Vert.x: gives it {@link KQueueFfmTransport} when its options prefer a native transport
 * and it has none that is available. A native transport of Netty's that is there, or was given to
 * the builder, stays.
 */
public final class KQueueFfmVertxServiceProvider implements VertxServiceProvider {

  /** For the service loader. */
  public KQueueFfmVertxServiceProvider() {}

  @Override
  public void init(VertxBootstrap bootstrap) {
    if (bootstrap.options().getPreferNativeTransport()
        && KQueueFfm.isAvailable()
        && !isNative(bootstrap.transport())) {
      bootstrap.transport(KQueueFfmTransport.INSTANCE.implementation());
    }
  }

  private static boolean isNative(Transport transport) {
    return transport != null
        && transport.isAvailable()
        && transport != io.vertx.core.transport.Transport.NIO.implementation();
  }
}
