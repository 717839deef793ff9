package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.frameworks.Inbox;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.HttpConversionUtil;
import java.io.IOException;

/** Requests, in whatever version, and their answers. */
final class HttpExchange {
  private HttpExchange() {}

  /** What an answer says. */
  record Answer(int status, String path, byte[] body) {
    private static Answer of(FullHttpResponse response) {
      return new Answer(
          response.status().code(),
          response.headers().get("path"),
          ByteBufUtil.getBytes(response.content()));
    }
  }

  static Inbox<FullHttpResponse, Answer> inbox() {
    return new Inbox<>(FullHttpResponse.class, Answer::of);
  }

  /** Sends a request with its length in front. */
  static void post(Channel channel, String path, byte[] body) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, path, Unpooled.wrappedBuffer(body));
    request
        .headers()
        .set(HttpHeaderNames.HOST, "localhost")
        .set(HttpConversionUtil.ExtensionHeaderNames.SCHEME.text(), "https")
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    channel.writeAndFlush(request);
  }

  /** Sends a request in two chunks. */
  static void postInChunks(Channel channel, String path, byte[] body) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, path);
    request.headers().set(HttpHeaderNames.HOST, "localhost");
    HttpUtil.setTransferEncodingChunked(request, true);
    int half = body.length / 2;
    channel.write(request);
    channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(body, 0, half)));
    channel.writeAndFlush(
        new DefaultLastHttpContent(Unpooled.wrappedBuffer(body, half, body.length - half)));
  }

  static void assertAnswered(Inbox<FullHttpResponse, Answer> inbox, String path, byte[] body)
      throws IOException, InterruptedException {
    Answer answer = inbox.next();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.path()).isEqualTo(path);
    assertThat(answer.body()).isEqualTo(body);
  }
}
