package io.github.kqueueffm.frameworks.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.frameworks.Witness;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

class ReactorUdpExampleTest {
  private static final String DATA = "datagram";

  @Test
  void datagramComesBack() {
    try (Witness witness = Witness.open()) {
      try (ReactorUdpExample example =
          new ReactorUdpExample(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              (observer, channel, remote) -> Witness.see(channel))) {
        assertThat(exchange(example.connect())).isEqualTo(DATA);
      }
      witness.assertCarried(
          KQueueFfmDatagramChannel.class, 2L * DATA.length(), "example-kqueue-ffm-");
    }
  }

  private static String exchange(Connection connection) {
    connection.outbound().sendString(Mono.just(DATA)).then().block(Duration.ofSeconds(30));
    String answer = connection.inbound().receive().asString().blockFirst(Duration.ofSeconds(30));
    connection.disposeNow();
    return answer;
  }
}
