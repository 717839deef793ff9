package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEventLoop;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vert.x on the transport that it knows as kqueue, server and client. */
class VertxDropInTest {
  private static final Buffer LARGE = Buffer.buffer("abcdefgh".repeat(1 << 17));
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.builder().withTransport(Transport.KQUEUE).build();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(PATIENCE);
  }

  @Test
  void requestIsAnswered() throws Exception {
    assertThat(vertx.isNativeTransportEnabled()).isTrue();
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.body().onSuccess(request.response()::end))
            .listen(0, "127.0.0.1")
            .await(PATIENCE);
    HttpClientAgent client = vertx.createHttpClient();
    Buffer answer =
        client
            .request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/")
            .compose(request -> request.send(LARGE))
            .compose(HttpClientResponse::body)
            .await(PATIENCE);
    assertThat(answer).isEqualTo(LARGE);
    // A client without a reference would be closed as garbage during the request.
    client.close().await(PATIENCE);
    // Those of the client are not shown by a bootstrap. They are on the same loops.
    assertThat(((VertxInternal) vertx).nettyEventLoopGroup())
        .isNotEmpty()
        .allMatch(loop -> ((IoEventLoop) loop).isIoType(KQueueIoHandler.class));
    Witness.assertCarried("KQueueSocketChannel", LARGE.length());
    Witness.assertCarried("KQueueServerSocketChannel", 0);
  }
}
