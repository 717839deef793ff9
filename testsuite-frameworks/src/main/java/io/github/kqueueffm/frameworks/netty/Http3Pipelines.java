package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3FrameToHttpObjectCodec;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicSslContext;
import java.util.function.Supplier;

/** HTTP/3 over QUIC. */
final class Http3Pipelines {
  private Http3Pipelines() {}

  static ChannelHandler server(QuicSslContext ssl) {
    return QuicPipelines.limits(Http3.newQuicServerCodecBuilder())
        .sslContext(ssl)
        .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
        .handler(
            Pipelines.of(pipeline ->
                pipeline.addLast(new Http3ServerConnectionHandler(stream(true, HttpEcho::new)))))
        .build();
  }

  /** The certificate has to be the host's. */
  static ChannelHandler client(QuicSslContext ssl, String host) {
    return QuicPipelines.limits(Http3.newQuicClientCodecBuilder())
        .sslEngineProvider(connection -> ssl.newEngine(connection.alloc(), host, -1))
        .build();
  }

  /** For each request that a client sends. */
  static ChannelHandler clientStream(ChannelHandler answers) {
    return stream(false, () -> answers);
  }

  private static ChannelHandler stream(boolean isServer, Supplier<ChannelHandler> handler) {
    return Pipelines.of(pipeline ->
        pipeline.addLast(
            new Http3FrameToHttpObjectCodec(isServer),
            new HttpObjectAggregator(HttpPipelines.MOST_BYTES),
            handler.get()));
  }
}
