package io.github.kqueueffm.vertx;

import io.github.kqueueffm.channel.KQueueFfm;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The kqueue transport, for Vert.x's builder:
 *
 * <pre>{@code
 * Vertx vertx = Vertx.builder().withTransport(KQueueFfmTransport.INSTANCE).build();
 * }</pre>
 *
 * <p>Without that call Vert.x also finds it, if the options prefer a native transport ({@code new
 * VertxOptions().setPreferNativeTransport(true)}) and none of Netty's is present.
 *
 * <p>If it is not available, Vert.x does the same as for every native transport: it runs on NIO,
 * {@code vertx.isNativeTransportEnabled()} is false, and {@code
 * vertx.unavailableNativeTransportCause()} is the cause.
 */
public final class KQueueFfmTransport implements Transport {
  /** The only instance. It has no state. */
  public static final KQueueFfmTransport INSTANCE = new KQueueFfmTransport();

  private static final io.vertx.core.spi.transport.Transport IMPLEMENTATION =
      new TransportImplementation();

  private KQueueFfmTransport() {}

  /** {@code kqueue-ffm}. */
  @Override
  public String name() {
    return "kqueue-ffm";
  }

  @Override
  public boolean available() {
    return KQueueFfm.isAvailable();
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return KQueueFfm.unavailabilityCause();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return IMPLEMENTATION;
  }
}
