package io.github.kqueueffm.frameworks.micronaut;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Witness;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.client.HttpClient;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MicronautExampleTest {
  private static final String BODY = "micronaut ".repeat(1000);

  @Test
  void serverAndClientExchangeBodies() {
    try (Witness witness = Witness.open()) {
      try (EmbeddedServer server = MicronautExample.run(Map.of("micronaut.server.port", -1));
          HttpClient client =
              server.getApplicationContext().createBean(HttpClient.class, server.getURL())) {
        assertThat(post(client)).isEqualTo(BODY);
      }
      witness.assertListened(KQueueFfmServerSocketChannel.class);
      // The client's end and the server's.
      witness.assertCarried(KQueueFfmSocketChannel.class, 2L * BODY.length(), "default-");
    }
  }

  private static String post(HttpClient client) {
    return client
        .toBlocking()
        .retrieve(HttpRequest.POST("/echo", BODY).contentType(MediaType.TEXT_PLAIN_TYPE));
  }
}
