/** Vert.x on the kqueue transport. */
module io.github.kqueueffm.vertx {
  requires transitive io.github.kqueueffm.transport;
  requires transitive io.vertx.core;
  // Annotations of what may be null. Nothing reads them at run time, and users need not have them.
  requires static org.jspecify;

  exports io.github.kqueueffm.vertx;

  provides io.vertx.core.spi.VertxServiceProvider with
      io.github.kqueueffm.vertx.KQueueFfmVertxServiceProvider;
}
