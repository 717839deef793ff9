package io.github.kqueueffm.frameworks.vertx;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.transport.Transport;

/** Datagrams by Vert.x: a socket that sends them back, and others that speak to it. */
public final class VertxDatagramExample implements AutoCloseable {
  private final Vertx vertx;
  private final DatagramSocket echo;

  /** Listens on a free port of the loopback address. */
  public VertxDatagramExample(Transport transport, DatagramSocketOptions options) {
    vertx = Vertx.builder().withTransport(transport).build();
    echo = vertx.createDatagramSocket(options);
    echo.handler(this::back);
    echo.listen(0, "127.0.0.1").await();
  }

  private void back(DatagramPacket packet) {
    echo.send(packet.data(), packet.sender().port(), packet.sender().host());
  }

  /** What comes back of a datagram. */
  public Future<Buffer> exchange(Buffer data) {
    DatagramSocket socket = vertx.createDatagramSocket();
    return Future.future(answer -> {
      socket.handler(packet -> answer.complete(packet.data()));
      socket.send(data, echo.localAddress().port(), "127.0.0.1").onFailure(answer::fail);
    });
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
