package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.pkitesting.X509Bundle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class QuicExampleTest {
  private static final String PROTOCOL = "echo";
  private static final int STREAMS = 4;
  private static final int SIZE = 1 << 20;

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void bytesComeBackOnEachStreamOfAConnection() throws Exception {
    Quic.ensureAvailability();
    X509Bundle certificate = Certificates.ofHost();
    QuicSslContext server =
        QuicSslContextBuilder.forServer(certificate.toKeyManagerFactory(), null)
            .applicationProtocols(PROTOCOL)
            .build();
    QuicSslContext client =
        QuicSslContextBuilder.forClient()
            .trustManager(certificate.toTrustManagerFactory())
            .applicationProtocols(PROTOCOL)
            .build();
    try (Witness witness = Witness.open()) {
      try (QuicExample example = new QuicExample(QuicPipelines.server(server, new EchoHandler()))) {
        assertEcho(
            example.connect(
                QuicPipelines.client(client, Certificates.HOST),
                new ChannelInboundHandlerAdapter()));
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
