package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class TcpExampleTest {
  private static final int SIZE = 1 << 20;

  @Test
  void bytesComeBackAsTheyWere() throws Exception {
    byte[] bytes = Bytes.random(1, SIZE);
    try (Witness witness = Witness.open()) {
      try (TcpExample example = new TcpExample(new EchoHandler())) {
        Inbox<ByteBuf, byte[]> inbox = Bytes.inbox();
        example.connect(inbox).writeAndFlush(Unpooled.wrappedBuffer(bytes));
        assertThat(Bytes.await(inbox, SIZE)).isEqualTo(bytes);
      }
      Witness.assertNothingLeft();
      witness.assertListened(KQueueFfmServerSocketChannel.class);
      // The server's end too.
      witness.assertCarried(KQueueFfmSocketChannel.class, 2 * SIZE, "kqueue-ffm-");
    }
  }
}
