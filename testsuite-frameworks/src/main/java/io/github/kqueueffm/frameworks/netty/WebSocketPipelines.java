package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;

/** WebSocket, whose frames come back. */
final class WebSocketPipelines {
  private static final int HANDSHAKE_BYTES = 8 << 10;
  private static final int FRAME_BYTES = 1 << 20;

  private WebSocketPipelines() {}

  static ChannelHandler server() {
    WebSocketServerProtocolConfig config =
        WebSocketServerProtocolConfig.newBuilder().websocketPath("/echo").build();
    return Pipelines.of(pipeline ->
        pipeline.addLast(
            new HttpServerCodec(),
            new HttpObjectAggregator(HANDSHAKE_BYTES),
            new WebSocketServerProtocolHandler(config),
            new EchoHandler()));
  }

  static ChannelHandler client(ChannelHandler answers) {
    WebSocketClientProtocolConfig config =
        WebSocketClientProtocolConfig.newBuilder()
            .webSocketUri("ws://localhost/echo")
            .maxFramePayloadLength(FRAME_BYTES)
            .build();
    return Pipelines.of(pipeline ->
        pipeline.addLast(
            new HttpClientCodec(),
            new HttpObjectAggregator(HANDSHAKE_BYTES),
            new WebSocketClientProtocolHandler(config),
            answers));
  }
}
