package io.github.kqueueffm.frameworks.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Witness;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.netty.http.client.HttpClient;

class SpringWebFluxExampleTest {
  private static final String BODY = "webflux ".repeat(1000);

  @Test
  void serverAndWebClientExchangeBodies() {
    try (Witness witness = Witness.open()) {
      try (ReactiveWebServerApplicationContext context = SpringWebFluxExample.run(Watched.class)) {
        assertThat(post(context.getWebServer().getPort())).isEqualTo(BODY);
      }
      // The client's end and the server's.
      witness.assertCarried(KQueueFfmSocketChannel.class, 2L * BODY.length(), "web-kqueue-ffm-");
    }
  }

  private static String post(int port) {
    HttpClient client =
        HttpClient.create().doOnChannelInit((observer, channel, remote) -> Witness.see(channel));
    return WebClient.builder()
        .clientConnector(new ReactorClientHttpConnector(client))
        .baseUrl("http://127.0.0.1:" + port)
        .build()
        .post()
        .uri("/echo")
        .bodyValue(BODY)
        .retrieve()
        .bodyToMono(String.class)
        .block(Duration.ofSeconds(30));
  }

  /** Has the server's connections seen. */
  @Configuration(proxyBeanMethods = false)
  static class Watched {
    @Bean
    NettyServerCustomizer watching() {
      return server -> server.doOnChannelInit((observer, channel, remote) -> Witness.see(channel));
    }
  }
}
