package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import java.util.function.Supplier;

/** HTTP/2 that both ends know of beforehand or agreed on by TLS; a channel for each stream. */
final class Http2Pipelines {
  private Http2Pipelines() {}

  static ChannelHandler server() {
    return Pipelines.of(pipeline ->
        pipeline.addLast(
            Http2FrameCodecBuilder.forServer().build(),
            new Http2MultiplexHandler(stream(true, HttpEcho::new))));
  }

  static ChannelHandler client() {
    return Pipelines.of(pipeline ->
        pipeline.addLast(
            Http2FrameCodecBuilder.forClient().build(),
            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter())));
  }

  /** For each stream that a client opens. */
  static ChannelHandler clientStream(ChannelHandler answers) {
    return stream(false, () -> answers);
  }

  private static ChannelHandler stream(boolean isServer, Supplier<ChannelHandler> handler) {
    return Pipelines.of(pipeline ->
        pipeline.addLast(
            new Http2StreamFrameToHttpObjectCodec(isServer),
            new HttpObjectAggregator(HttpPipelines.MOST_BYTES),
            handler.get()));
  }
}
