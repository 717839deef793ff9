package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.pkitesting.X509Bundle;

/** The example with a server that echoes each stream. */
final class QuicEcho implements AutoCloseable {
  private static final String PROTOCOL = "echo";

  private final QuicSslContext client;
  private final QuicExample example;

  QuicEcho(SegmentedDatagramPacketAllocator segments) throws Exception {
    Quic.ensureAvailability();
    X509Bundle certificate = Certificates.ofHost();
    QuicSslContext server =
        QuicSslContextBuilder.forServer(certificate.toKeyManagerFactory(), null)
            .applicationProtocols(PROTOCOL)
            .build();
    client =
        QuicSslContextBuilder.forClient()
            .trustManager(certificate.toTrustManagerFactory())
            .applicationProtocols(PROTOCOL)
            .build();
    example = new QuicExample(QuicPipelines.server(server, new EchoHandler(), segments), segments);
  }

  QuicChannel connect() {
    return example.connect(
        QuicPipelines.client(client, Certificates.HOST), new ChannelInboundHandlerAdapter());
  }

  @Override
  public void close() {
    example.close();
  }
}
