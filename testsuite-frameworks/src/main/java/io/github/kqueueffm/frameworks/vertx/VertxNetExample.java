package io.github.kqueueffm.frameworks.vertx;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;

/**
 * Streams by Vert.x, which finds the transport: a server that sends back what it hears, and its
 * clients.
 */
public final class VertxNetExample implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final SocketAddress address;

  /** Listens at an address, of a Unix domain socket if it is one. */
  public VertxNetExample(SocketAddress address) {
    NetServer server =
        vertx
            .createNetServer()
            .connectHandler(socket -> socket.handler(socket::write))
            .listen(address)
            .await();
    this.address =
        address.isDomainSocket()
            ? address
            : SocketAddress.inetSocketAddress(server.actualPort(), address.host());
  }

  /** Connects a client to the server. */
  public Future<NetSocket> connect() {
    return vertx.createNetClient().connect(address);
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
