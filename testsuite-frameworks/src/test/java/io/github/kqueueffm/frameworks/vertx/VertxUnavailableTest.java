package io.github.kqueueffm.frameworks.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.vertx.KQueueFfmTransport;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unavailable")
class VertxUnavailableTest {

  @Test
  void transportThatIsGivenGivesWayToNioAndSaysWhy() {
    assertThat(KQueueFfm.isAvailable()).isFalse();
    Vertx vertx = Vertx.builder().withTransport(KQueueFfmTransport.INSTANCE).build();
    assertThat(vertx.isNativeTransportEnabled()).isFalse();
    assertThat(vertx.unavailableNativeTransportCause())
        .isSameAs(KQueueFfm.unavailabilityCause())
        .hasMessageContaining("io.netty.transport.noNative");
    vertx.close().await();
  }

  @Test
  void transportIsNotFound() {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    assertThat(((VertxInternal) vertx).transport()).isSameAs(Transport.NIO.implementation());
    vertx.close().await();
  }

  @Test
  void serverAndClientRunOnNio() throws Exception {
    try (VertxHttpExample example = new VertxHttpExample(new VertxOptions())) {
      assertThat(example.post("127.0.0.1", "body").await(Duration.ofSeconds(30))).isEqualTo("body");
    }
  }
}
