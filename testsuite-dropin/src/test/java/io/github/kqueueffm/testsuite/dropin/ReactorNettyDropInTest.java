package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.WitnessExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/**
 * reactor-netty on its default loops, server and client. It opens its channels without Netty's
 * bootstraps, so it shows them by its own hook.
 */
class ReactorNettyDropInTest {
  private static final String LARGE = "abcdefgh".repeat(1 << 17);

  @Test
  void requestIsAnswered() {
    DisposableServer server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .doOnChannelInit((observer, channel, address) -> WitnessExtension.see(channel))
            .handle((request, response) -> response.sendString(Mono.just(LARGE)))
            .bindNow();
    WitnessExtension.see(server.channel());
    try {
      String answer =
          HttpClient.create()
              .host("127.0.0.1")
              .port(server.port())
              .doOnChannelInit((observer, channel, address) -> WitnessExtension.see(channel))
              .get()
              .uri("/")
              .responseContent()
              .aggregate()
              .asString()
              .block(Duration.ofMinutes(1));
      assertThat(answer).isEqualTo(LARGE);
    } finally {
      server.disposeNow();
    }
    Witness.assertCarried("KQueueSocketChannel", LARGE.length());
    Witness.assertCarried("KQueueServerSocketChannel", 0);
  }
}
