package io.github.kqueueffm.frameworks.vertx;

import io.github.kqueueffm.vertx.KQueueFfmTransport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;

/** HTTP by Vert.x, which is given the transport: a server that sends back, and its client. */
public final class VertxHttpExample implements AutoCloseable {
  private final Vertx vertx;
  // Vert.x closes servers and clients that nobody holds any more.
  private final HttpServer server;
  private final HttpClient client;

  /** Listens on a free port of the loopback address. */
  public VertxHttpExample(VertxOptions options) {
    vertx = Vertx.builder().with(options).withTransport(KQueueFfmTransport.INSTANCE).build();
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> request.body().onSuccess(body -> request.response().end(body)))
            .listen(0, "127.0.0.1")
            .await();
    client = vertx.createHttpClient();
  }

  /** What the server answers to a client that finds it by that name. */
  public Future<String> post(String host, String body) {
    return client
        .request(HttpMethod.POST, server.actualPort(), host, "/")
        .compose(request -> request.send(body))
        .compose(response -> response.body())
        .map(Object::toString);
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
