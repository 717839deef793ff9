package io.github.kqueueffm.frameworks.reactor;

import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import java.net.SocketAddress;
import java.time.Duration;
import reactor.netty.ChannelPipelineConfigurer;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** HTTP by reactor-netty: a server that sends back what it is sent, and its clients. */
public final class ReactorHttpExample implements AutoCloseable {
  private final LoopResources loops = KQueueFfmLoopResources.create("example");
  private final ChannelPipelineConfigurer onConnection;
  private final DisposableServer server;

  /** Listens at an address, of a Unix domain socket if it is one. */
  public ReactorHttpExample(SocketAddress address, ChannelPipelineConfigurer onConnection) {
    this.onConnection = onConnection;
    server =
        HttpServer.create()
            .runOn(loops)
            .bindAddress(() -> address)
            .doOnChannelInit(onConnection)
            .route(routes ->
                routes.post(
                    "/echo", (request, response) -> response.send(request.receive().retain())))
            .bindNow();
  }

  /** A client of the server, whose names are looked up on the same loops. */
  public HttpClient client() {
    return HttpClient.create()
        .runOn(loops)
        .resolver(names -> names.queryTimeout(Duration.ofSeconds(5)))
        .doOnChannelInit(onConnection)
        .remoteAddress(server::address);
  }

  @Override
  public void close() {
    server.disposeNow();
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
  }
}
