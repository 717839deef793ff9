package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.util.concurrent.TimeUnit;

/** QUIC by Netty's native codec, and what both ends allow each other. */
final class QuicPipelines {
  private static final int IDLE_SECONDS = 60;
  private static final long CONNECTION_BYTES = 16 << 20;
  private static final long STREAM_BYTES = 1 << 20;
  private static final long STREAMS = 100;

  private QuicPipelines() {}

  /**
   * @param segments how several datagrams of a connection are sent, as a client's bootstrap gets it
   */
  static ChannelHandler server(
      QuicSslContext ssl, ChannelHandler stream, SegmentedDatagramPacketAllocator segments) {
    return limits(new QuicServerCodecBuilder())
        .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments)
        .sslContext(ssl)
        .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
        .handler(new ChannelInboundHandlerAdapter())
        .streamHandler(stream)
        .build();
  }

  /** The certificate has to be the host's. */
  static ChannelHandler client(QuicSslContext ssl, String host) {
    return limits(new QuicClientCodecBuilder())
        .sslEngineProvider(connection -> ssl.newEngine(connection.alloc(), host, -1))
        .build();
  }

  static <B extends QuicCodecBuilder<B>> B limits(B codec) {
    return codec
        .maxIdleTimeout(IDLE_SECONDS, TimeUnit.SECONDS)
        .initialMaxData(CONNECTION_BYTES)
        .initialMaxStreamDataBidirectionalLocal(STREAM_BYTES)
        .initialMaxStreamDataBidirectionalRemote(STREAM_BYTES)
        .initialMaxStreamsBidirectional(STREAMS);
  }
}
