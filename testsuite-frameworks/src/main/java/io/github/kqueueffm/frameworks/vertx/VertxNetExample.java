package io.github.kqueueffm.frameworks.vertx;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;

/**
 * Streams by Vert.x, which finds the transport: a server that sends back what it hears, and its
 * clients.
 */
public final class VertxNetExample implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  // Vert.x closes servers and clients that nobody holds any more.
  private final NetServer server;
  private final NetClient client = vertx.createNetClient();
  private final SocketAddress address;

  /** Listens at an address, of a Unix domain socket if it is one. */
  public VertxNetExample(SocketAddress address) {
    this.address = address;
    server =
        vertx
            .createNetServer()
            .connectHandler(socket -> socket.handler(socket::write))
            .listen(address)
            .await();
  }

  /** Connects a client to the server. */
  public Future<NetSocket> connect() {
    return client.connect(
        address.isDomainSocket()
            ? address
            : SocketAddress.inetSocketAddress(server.actualPort(), address.host()));
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
