package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TcpExampleTest {
  private static final int SIZE = 1 << 20;

  @Test
  void bytesComeBackAsTheyWere() throws Exception {
    byte[] request = new byte[SIZE];
    new Random(1).nextBytes(request);
    try (Witness witness = Witness.open()) {
      try (TcpExample example = new TcpExample()) {
        Answer answer = new Answer();
        example.connect(answer).writeAndFlush(Unpooled.wrappedBuffer(request));
        assertThat(answer.bytes.get(30, TimeUnit.SECONDS)).isEqualTo(request);
      }
      witness.assertListened(KQueueFfmServerSocketChannel.class);
      // The client's and the server's end.
      witness.assertCarried(KQueueFfmSocketChannel.class, 2 * SIZE, "kqueue-ffm-");
    }
  }

  private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<byte[]> bytes = new CompletableFuture<>();
    private final byte[] received = new byte[SIZE];
    private int count;

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf part) {
      int length = part.readableBytes();
      part.readBytes(received, count, length);
      count += length;
      if (count == SIZE) {
        bytes.complete(received);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      bytes.completeExceptionally(cause);
    }
  }
}
