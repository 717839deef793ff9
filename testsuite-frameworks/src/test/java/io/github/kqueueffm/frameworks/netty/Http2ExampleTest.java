package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Http2ExampleTest {
  private static final int STREAMS = 8;
  private static final int SIZE = 256 << 10;
  private static final String THREADS = "kqueue-ffm-";
  private static final ApplicationProtocolConfig HTTP_2_ONLY =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2);

  @Test
  void streamsOfOneConnectionAreAnsweredEach() throws Exception {
    try (Witness witness = Witness.open()) {
      try (TcpExample example = new TcpExample(Http2Pipelines.server())) {
        assertAnswered(example.connect(Http2Pipelines.client()));
      }
      Witness.assertNothingLeft();
      witness.assertCarried(KQueueFfmSocketChannel.class, 2 * STREAMS * SIZE, THREADS);
    }
  }

  @Test
  void streamsAreAnsweredWithinTlsThatAgreedOnHttp2() throws Exception {
    X509Bundle certificate = Certificates.ofHost();
    SslContext server =
        SslContextBuilder.forServer(certificate.toKeyManagerFactory())
            .sslProvider(SslProvider.JDK)
            .applicationProtocolConfig(HTTP_2_ONLY)
            .build();
    SslContext client =
        SslContextBuilder.forClient()
            .trustManager(certificate.toTrustManagerFactory())
            .sslProvider(SslProvider.JDK)
            .applicationProtocolConfig(HTTP_2_ONLY)
            .build();
    try (Witness witness = Witness.open()) {
      try (TcpExample example =
          new TcpExample(TlsPipelines.server(server, Http2Pipelines.server()))) {
        Channel channel =
            example.connect(
                TlsPipelines.client(client, Certificates.HOST, Http2Pipelines.client()));
        assertAnswered(channel);
        assertThat(channel.pipeline().get(SslHandler.class).applicationProtocol())
            .isEqualTo(ApplicationProtocolNames.HTTP_2);
      }
      Witness.assertNothingLeft();
      witness.assertCarried(KQueueFfmSocketChannel.class, 2 * STREAMS * SIZE, THREADS);
    }
  }

  private static void assertAnswered(Channel client) throws Exception {
    List<Inbox<FullHttpResponse, HttpExchange.Answer>> inboxes = new ArrayList<>();
    for (int stream = 0; stream < STREAMS; stream++) {
      Inbox<FullHttpResponse, HttpExchange.Answer> inbox = HttpExchange.inbox();
      inboxes.add(inbox);
      HttpExchange.post(open(client, inbox), "/" + stream, Bytes.random(stream, SIZE));
    }
    for (int stream = 0; stream < STREAMS; stream++) {
      HttpExchange.assertAnswered(inboxes.get(stream), "/" + stream, Bytes.random(stream, SIZE));
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
