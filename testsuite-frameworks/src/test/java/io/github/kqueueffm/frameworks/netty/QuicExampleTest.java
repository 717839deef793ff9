package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuicExampleTest {
  private static final int STREAMS = 4;
  private static final int SIZE = 1 << 20;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void bytesComeBackOnEachStreamOfAConnection(boolean together) throws Exception {
    SegmentedDatagramPacketAllocator segments =
        together ? KernelSegments.ifSupported() : SegmentedDatagramPacketAllocator.NONE;
    try (Witness witness = Witness.open()) {
      try (QuicEcho echo = new QuicEcho(segments)) {
        assertEcho(echo.connect());
      }
      Witness.assertNothingLeft();
      witness.assertCarried(
          KQueueFfmDatagramChannel.class, 2 * STREAMS * SIZE, "KQueueFfmEventLoopGroup-");
    }
  }

  private static void assertEcho(QuicChannel connection) throws Exception {
    List<Inbox<ByteBuf, byte[]>> inboxes = new ArrayList<>();
    for (int stream = 0; stream < STREAMS; stream++) {
      Inbox<ByteBuf, byte[]> inbox = Bytes.inbox();
      inboxes.add(inbox);
      connection
          .createStream(QuicStreamType.BIDIRECTIONAL, inbox)
          .syncUninterruptibly()
          .getNow()
          .writeAndFlush(Unpooled.wrappedBuffer(Bytes.random(stream, SIZE)));
    }
    for (int stream = 0; stream < STREAMS; stream++) {
      assertThat(Bytes.await(inboxes.get(stream), SIZE)).isEqualTo(Bytes.random(stream, SIZE));
    }
  }
}
