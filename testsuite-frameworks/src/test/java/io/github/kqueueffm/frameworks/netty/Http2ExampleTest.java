package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Http2ExampleTest {
  private static final int STREAMS = 8;
  private static final int SIZE = 256 << 10;

  @Test
  void streamsOfOneConnectionAreAnsweredEach() throws Exception {
    try (Witness witness = Witness.open()) {
      try (TcpExample example = new TcpExample(Http2Pipelines.server())) {
        Channel client = example.connect(Http2Pipelines.client());
        List<Inbox<FullHttpResponse, HttpExchange.Answer>> inboxes = new ArrayList<>();
        for (int stream = 0; stream < STREAMS; stream++) {
          Inbox<FullHttpResponse, HttpExchange.Answer> inbox = HttpExchange.inbox();
          inboxes.add(inbox);
          HttpExchange.post(open(client, inbox), "/" + stream, Bytes.random(stream, SIZE));
        }
        for (int stream = 0; stream < STREAMS; stream++) {
          HttpExchange.assertAnswered(
              inboxes.get(stream), "/" + stream, Bytes.random(stream, SIZE));
        }
      }
      Witness.assertNothingLeft();
      witness.assertCarried(KQueueFfmSocketChannel.class, 2 * STREAMS * SIZE, "kqueue-ffm-");
    }
  }

  private static Channel open(Channel client, Inbox<FullHttpResponse, HttpExchange.Answer> inbox) {
    return new Http2StreamChannelBootstrap(client)
        .handler(Http2Pipelines.clientStream(inbox))
        .open()
        .syncUninterruptibly()
        .getNow();
  }
}
