package io.github.kqueueffm.benchmarks.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

/**
 * One connection with a fixed number of requests in flight, which sends a new one for each answer.
 * The bytes of the first answers are checked, of the later ones only the length.
 */
final class Asker extends SimpleChannelInboundHandler<ByteBuf> {
  private static final int CHECKED_ANSWERS = 1_000;
  private static final long HANDSHAKE_TIMEOUT_MILLIS = 60_000;

  private final Load load;
  private final Question question;
  private final SslContext tls;
  private final long[] sentAt;
  private ChannelHandlerContext context;
  private int oldest;
  private int received;
  private int answers;
  private int toSend;
  private volatile boolean stopped;

  /**
   * @param depth the number of requests in flight
   * @param tls the TLS context, or {@code null}
   */
  Asker(Load load, Question question, int depth, SslContext tls) {
    this.load = load;
    this.question = question;
    this.tls = tls;
    this.sentAt = new long[depth];
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
    if (tls != null) {
      SslHandler handler = tls.newHandler(context.alloc());
      handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MILLIS);
      context.pipeline().addFirst(handler);
    }
  }

  /** Sends the first requests. To be called on the loop's thread. */
  void begin() {
    toSend = sentAt.length;
    send();
  }

  private void send() {
    long now = System.nanoTime();
    for (; toSend > 0; toSend--) {
      sentAt[(oldest + sentAt.length - toSend) % sentAt.length] = now;
      context.write(question.request().duplicate(), context.voidPromise());
    }
    context.flush();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
    if (answers < CHECKED_ANSWERS && question.expected() != null && !isExpected(bytes)) {
      load.fail(context.channel().remoteAddress(), "a wrong answer");
      context.close();
      return;
    }
    received += bytes.readableBytes();
    if (received >= question.answerBytes()) {
      answered();
    }
  }

  private boolean isExpected(ByteBuf bytes) {
    ByteBuf expected = question.expected();
    int at = received;
    for (int i = bytes.readerIndex(); i < bytes.writerIndex(); ) {
      int length = Math.min(bytes.writerIndex() - i, question.answerBytes() - at);
      if (!ByteBufUtil.equals(bytes, i, expected, at, length)) {
        return false;
      }
      i += length;
      at = 0;
    }
    return true;
  }

  private void answered() {
    long now = System.nanoTime();
    while (received >= question.answerBytes()) {
      received -= question.answerBytes();
      load.answered(now - sentAt[oldest]);
      oldest = (oldest + 1) % sentAt.length;
      answers++;
      toSend++;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (toSend > 0 && !stopped) {
      send();
    }
  }

  /** From now on the end of the connection does not count as a failure. */
  void stop() {
    stopped = true;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!stopped) {
      load.fail(context.channel().remoteAddress(), "the connection was closed");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!stopped) {
      load.fail(cause);
    }
    context.close();
  }
}
