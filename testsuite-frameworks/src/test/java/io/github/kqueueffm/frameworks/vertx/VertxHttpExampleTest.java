package io.github.kqueueffm.frameworks.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.NameServer;
import io.github.kqueueffm.frameworks.Witness;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VertxHttpExampleTest {
  private static final String THREADS = "vert.x-";
  private static final String BODY = "kqueue ".repeat(100_000);

  @Test
  void bodiesComeBack() throws Exception {
    try (Witness witness = Witness.open()) {
      try (VertxHttpExample example = new VertxHttpExample(new VertxOptions())) {
        assertThat(example.post("127.0.0.1", BODY).await(Duration.ofSeconds(30))).isEqualTo(BODY);
      }
      witness.assertListened(KQueueFfmServerSocketChannel.class);
      // Counted at the server's end: the client clears its pipeline, of the witness's handler too.
      witness.assertCarried(KQueueFfmSocketChannel.class, BODY.length(), THREADS);
    }
  }

  @Test
  void namesAreLookedUpOnTheSameTransport() throws Exception {
    try (Witness witness = Witness.open()) {
      try (NameServer names = new NameServer();
          VertxHttpExample example = new VertxHttpExample(asking(names))) {
        assertThat(example.post("name.example", "named").await(Duration.ofSeconds(30)))
            .isEqualTo("named");
      }
      witness.assertCarried(KQueueFfmDatagramChannel.class, "name.example".length(), THREADS);
    }
  }

  private static VertxOptions asking(NameServer names) {
    return new VertxOptions()
        .setAddressResolverOptions(
            new AddressResolverOptions().addServer("127.0.0.1:" + names.address().getPort()));
  }
}
