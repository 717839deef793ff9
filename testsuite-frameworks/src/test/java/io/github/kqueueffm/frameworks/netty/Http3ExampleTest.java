package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class Http3ExampleTest {
  private static final int REQUESTS = 3;
  private static final int SIZE = 256 << 10;

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void requestsOfOneConnectionAreAnsweredEach() throws Exception {
    Quic.ensureAvailability();
    X509Bundle certificate = Certificates.ofHost();
    QuicSslContext server =
        QuicSslContextBuilder.forServer(certificate.toKeyManagerFactory(), null)
            .applicationProtocols(Http3.supportedApplicationProtocols())
            .build();
    QuicSslContext client =
        QuicSslContextBuilder.forClient()
            .trustManager(certificate.toTrustManagerFactory())
            .applicationProtocols(Http3.supportedApplicationProtocols())
            .build();
    try (Witness witness = Witness.open()) {
      try (QuicExample example =
          new QuicExample(Http3Pipelines.server(server), SegmentedDatagramPacketAllocator.NONE)) {
        assertAnswered(
            example.connect(
                Http3Pipelines.client(client, Certificates.HOST),
                new Http3ClientConnectionHandler()));
      }
      Witness.assertNothingLeft();
      witness.assertCarried(
          KQueueFfmDatagramChannel.class, 2 * REQUESTS * SIZE, "KQueueFfmEventLoopGroup-");
    }
  }

  private static void assertAnswered(QuicChannel connection) throws Exception {
    for (int request = 0; request < REQUESTS; request++) {
      byte[] body = Bytes.random(request, SIZE);
      Inbox<FullHttpResponse, HttpExchange.Answer> inbox = HttpExchange.inbox();
      Channel stream =
          Http3.newRequestStream(connection, Http3Pipelines.clientStream(inbox))
              .syncUninterruptibly()
              .getNow();
      HttpExchange.post(stream, "/" + request, body);
      HttpExchange.assertAnswered(inbox, "/" + request, body);
    }
  }
}
