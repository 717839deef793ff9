package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import org.junit.jupiter.api.Test;

class HttpExampleTest {
  private static final int SIZE = 1 << 20;

  @Test
  void oneConnectionServesRequestsWithLengthsAndInChunks() throws Exception {
    byte[] first = Bytes.random(1, SIZE);
    byte[] second = Bytes.random(2, SIZE);
    try (Witness witness = Witness.open()) {
      try (TcpExample example = new TcpExample(HttpPipelines.server())) {
        Inbox<FullHttpResponse, HttpExchange.Answer> inbox = HttpExchange.inbox();
        Channel client = example.connect(HttpPipelines.client(inbox));
        HttpExchange.post(client, "/first", first);
        HttpExchange.assertAnswered(inbox, "/first", first);
        HttpExchange.postInChunks(client, "/second", second);
        HttpExchange.assertAnswered(inbox, "/second", second);
      }
      Witness.assertNothingLeft();
      witness.assertListened(KQueueFfmServerSocketChannel.class);
      witness.assertCarried(KQueueFfmSocketChannel.class, 4 * SIZE, "kqueue-ffm-");
    }
  }
}
