package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WebSocketExampleTest {
  private static final int SIZE = 60_000;

  @Test
  void framesComeBackAsTheyWere() throws Exception {
    byte[] binary = Bytes.random(1, SIZE);
    String text = "na\u00efve caf\u00e9 \u2615";
    try (Witness witness = Witness.open()) {
      try (TcpExample example = new TcpExample(WebSocketPipelines.server())) {
        Inbox<WebSocketFrame, byte[]> inbox =
            new Inbox<>(WebSocketFrame.class, frame -> ByteBufUtil.getBytes(frame.content()));
        Channel client = example.connect(WebSocketPipelines.client(inbox));
        inbox.awaitEvent(ClientHandshakeStateEvent.HANDSHAKE_COMPLETE);
        client.write(new TextWebSocketFrame(text));
        client.writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(binary)));
        assertThat(inbox.next()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        assertThat(inbox.next()).isEqualTo(binary);
      }
      Witness.assertNothingLeft();
      witness.assertCarried(KQueueFfmSocketChannel.class, 2 * SIZE, "kqueue-ffm-");
    }
  }
}
