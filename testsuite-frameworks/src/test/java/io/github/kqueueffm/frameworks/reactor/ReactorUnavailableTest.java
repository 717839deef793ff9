package io.github.kqueueffm.frameworks.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfm;
import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;

@Tag("unavailable")
class ReactorUnavailableTest {
  private final List<Channel> channels = new CopyOnWriteArrayList<>();

  @Test
  void serverAndClientRunOnNio() {
    assertThat(KQueueFfm.isAvailable()).isFalse();
    try (ReactorHttpExample example =
        new ReactorHttpExample(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            (observer, channel, remote) -> channels.add(channel))) {
      assertThat(post(example)).isEqualTo("body");
    }
    assertThat(channels).hasSize(2).hasOnlyElementsOfType(NioSocketChannel.class);
  }

  private static String post(ReactorHttpExample example) {
    return example
        .client()
        .post()
        .uri("/echo")
        .send(ByteBufFlux.fromString(Mono.just("body")))
        .responseContent()
        .aggregate()
        .asString()
        .block();
  }
}
