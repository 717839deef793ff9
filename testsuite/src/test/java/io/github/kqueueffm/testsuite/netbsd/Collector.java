package io.github.kqueueffm.testsuite.netbsd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.BooleanSupplier;

/** Keeps what a channel reads, and lets another thread wait for it. */
@Sharable
final class Collector extends ChannelInboundHandlerAdapter {
  private final ByteBuf bytes = Unpooled.buffer();
  private boolean active;
  private boolean ended;
  private Throwable failure;

  static boolean isEnd(Object event) {
    return event == ChannelInputShutdownEvent.INSTANCE;
  }

  @Override
  public synchronized void channelActive(ChannelHandlerContext context) {
    active = true;
    notifyAll();
  }

  @Override
  public synchronized void channelRead(ChannelHandlerContext context, Object message) {
    bytes.writeBytes((ByteBuf) message);
    ReferenceCountUtil.release(message);
    notifyAll();
  }

  @Override
  public synchronized void userEventTriggered(ChannelHandlerContext context, Object event) {
    ended |= isEnd(event);
    notifyAll();
  }

  @Override
  public synchronized void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failure = cause;
    notifyAll();
  }

  synchronized void awaitActive() throws InterruptedException {
    await(() -> active, "the connection is not active");
  }

  synchronized ByteBuf awaitBytes(int count) throws InterruptedException {
    await(() -> bytes.readableBytes() >= count, "not all bytes came");
    return bytes.copy();
  }

  synchronized ByteBuf awaitEnd() throws InterruptedException {
    await(() -> ended, "the end of the stream did not come");
    return bytes.copy();
  }

  synchronized String awaitFailure() throws InterruptedException {
    await(() -> failure != null, "no failure was told");
    return String.valueOf(failure.getMessage());
  }

  private void await(BooleanSupplier condition, String complaint) throws InterruptedException {
    long end = System.nanoTime() + Connections.SECONDS * 1_000_000_000L;
    while (!condition.getAsBoolean()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      StreamStories.require(left > 0, complaint + "; " + bytes.readableBytes() + " bytes, " + failure);
      wait(left);
    }
  }
}
