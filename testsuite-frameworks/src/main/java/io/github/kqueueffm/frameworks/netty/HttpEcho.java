package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Answers a request with what it brought, in any version of HTTP. */
final class HttpEcho extends SimpleChannelInboundHandler<FullHttpRequest> {
  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            request.protocolVersion(), HttpResponseStatus.OK, request.content().retain());
    answer
        .headers()
        .setInt(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes())
        .set("path", request.uri());
    context.writeAndFlush(answer);
  }
}
