package io.github.kqueueffm.vertx;

import io.github.kqueueffm.channel.KQueueFfm;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.transport.Transport;

/**
 * A service that Vert.x finds. It provides {@link KQueueFfmTransport} if the options prefer a
 * native transport and no other one is available. It does not replace an available native transport
 * of Netty, or one that was given to the builder.
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
