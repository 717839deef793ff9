package io.github.kqueueffm.frameworks.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Witness;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VertxNetExampleTest {
  private static final String THREADS = "vert.x-";
  private static final Buffer DATA = Buffer.buffer("kqueue ".repeat(100_000));

  @Test
  void bytesComeBackOverTcp() throws Exception {
    try (Witness witness = Witness.open()) {
      try (VertxNetExample example =
          new VertxNetExample(SocketAddress.inetSocketAddress(0, "127.0.0.1"))) {
        assertThat(exchange(example.connect())).isEqualTo(DATA);
      }
      witness.assertListened(KQueueFfmServerSocketChannel.class);
      witness.assertCarried(KQueueFfmSocketChannel.class, 2L * DATA.length(), THREADS);
    }
  }

  @Test
  void bytesComeBackOverDomainSocket(@TempDir Path directory) throws Exception {
    try (Witness witness = Witness.open()) {
      SocketAddress address =
          SocketAddress.domainSocketAddress(directory.resolve("net").toString());
      try (VertxNetExample example = new VertxNetExample(address)) {
        NetSocket socket = example.connect().await(Duration.ofSeconds(30));
        assertThat(socket.remoteAddress()).isEqualTo(address);
        assertThat(exchange(Future.succeededFuture(socket))).isEqualTo(DATA);
      }
      witness.assertListened(KQueueFfmServerDomainSocketChannel.class);
      witness.assertCarried(KQueueFfmDomainSocketChannel.class, 2L * DATA.length(), THREADS);
    }
  }

  private static Buffer exchange(Future<NetSocket> connected) throws Exception {
    Buffer received = Buffer.buffer();
    Future<Buffer> all =
        connected.compose(socket ->
            Future.future(answer -> {
              socket.handler(part -> {
                if (received.appendBuffer(part).length() == DATA.length()) {
                  answer.complete(received);
                }
              });
              socket.write(DATA);
            }));
    return all.await(Duration.ofSeconds(30));
  }
}
