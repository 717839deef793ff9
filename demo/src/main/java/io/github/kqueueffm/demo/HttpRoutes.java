package io.github.kqueueffm.demo;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/**
 * Answers {@code GET /plaintext} with a line of text, {@code POST /echo} with the body, and {@code
 * GET /loops} with a page that shows what the event loops do.
 */
final class HttpRoutes extends SimpleChannelInboundHandler<FullHttpRequest> {
  static final String PLAINTEXT_PATH = "/plaintext";
  static final String ECHO_PATH = "/echo";
  static final String LOOPS_PATH = "/loops";
  static final String LOOPS_DATA_PATH = "/loops.json";
  static final String HELLO = "Hello, World!";

  private static final ByteBuf HELLO_BYTES =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer(HELLO.length())
              .writeBytes(HELLO.getBytes(StandardCharsets.US_ASCII))
              .asReadOnly());

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (is(request, HttpMethod.GET, PLAINTEXT_PATH)) {
      answer(context, OK, "text/plain", HELLO_BYTES.duplicate());
    } else if (is(request, HttpMethod.POST, ECHO_PATH)) {
      answer(context, OK, "application/octet-stream", request.content().retain());
    } else if (is(request, HttpMethod.GET, LOOPS_PATH)) {
      answer(context, OK, "text/html; charset=utf-8", Unpooled.wrappedBuffer(LoopPage.html()));
    } else if (is(request, HttpMethod.GET, LOOPS_DATA_PATH)) {
      byte[] counters = LoopPage.json().getBytes(StandardCharsets.UTF_8);
      answer(context, OK, "application/json", Unpooled.wrappedBuffer(counters));
    } else {
      answer(context, NOT_FOUND, "text/plain", Unpooled.EMPTY_BUFFER);
    }
  }

  private static boolean is(FullHttpRequest request, HttpMethod method, String path) {
    return request.method().equals(method) && request.uri().equals(path);
  }

  private static void answer(
      ChannelHandlerContext context, HttpResponseStatus status, String type, ByteBuf body) {
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    context.write(response);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
