package io.github.kqueueffm.frameworks.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.frameworks.Witness;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocketOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VertxDatagramExampleTest {
  private static final Buffer DATA = Buffer.buffer("datagram");

  @Test
  void datagramComesBack() throws Exception {
    try (Witness witness = Witness.open()) {
      try (VertxDatagramExample example =
          new VertxDatagramExample(new WatchedTransport(), new DatagramSocketOptions())) {
        assertThat(example.exchange(DATA).await(Duration.ofSeconds(30))).isEqualTo(DATA);
      }
      witness.assertCarried(KQueueFfmDatagramChannel.class, 2L * DATA.length(), "vert.x-");
    }
  }
}
