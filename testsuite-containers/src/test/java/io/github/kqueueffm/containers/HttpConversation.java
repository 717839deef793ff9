package io.github.kqueueffm.containers;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Requests on one connection; keeps of each body its length, its digest and the beginning. */
final class HttpConversation extends SimpleChannelInboundHandler<HttpObject> {
  private static final int BEGINNING = 64;

  /** An answer that has come to its end. */
  record Answer(HttpResponse head, long bytes, String sha256, String beginning) {}

  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final MessageDigest digest = sha256();
  private final StringBuilder beginning = new StringBuilder();
  private HttpResponse head;
  private long bytes;

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every JDK has it", e);
    }
  }

  static void ask(Channel channel, String path) {
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set(HttpHeaderNames.HOST, "nginx");
    channel.writeAndFlush(request);
  }

  /** The next one, in the order of the requests. */
  Answer next() throws InterruptedException {
    Answer answer = answers.poll(60, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer, %d bytes of a body came".formatted(bytes));
    }
    return answer;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    if (message instanceof HttpResponse response) {
      head = response;
      bytes = 0;
      beginning.setLength(0);
    }
    if (message instanceof HttpContent part) {
      body(part);
    }
    if (message instanceof LastHttpContent) {
      String sha256 = HexFormat.of().formatHex(digest.digest());
      answers.add(new Answer(head, bytes, sha256, beginning.toString()));
    }
  }

  private void body(HttpContent part) {
    byte[] content = new byte[part.content().readableBytes()];
    part.content().readBytes(content);
    digest.update(content);
    bytes += content.length;
    for (int i = 0; i < content.length && beginning.length() < BEGINNING; i++) {
      beginning.append((char) content[i]);
    }
  }
}
