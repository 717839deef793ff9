package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;

/** HTTP/1.1. */
final class HttpPipelines {
  static final int MOST_BYTES = 4 << 20;

  private HttpPipelines() {}

  static ChannelHandler server() {
    return Pipelines.of(pipeline ->
        pipeline.addLast(
            new HttpServerCodec(),
            new HttpServerKeepAliveHandler(),
            new HttpObjectAggregator(MOST_BYTES),
            new HttpEcho()));
  }

  static ChannelHandler client(ChannelHandler answers) {
    return Pipelines.of(pipeline ->
        pipeline.addLast(new HttpClientCodec(), new HttpObjectAggregator(MOST_BYTES), answers));
  }
}
