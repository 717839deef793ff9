package io.github.kqueueffm.conformance;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Keeps the bytes that a channel reads, and lets another thread wait for them. */
@Sharable
final class Collector extends ChannelInboundHandlerAdapter {
  private final ByteBuf bytes = Unpooled.buffer();
  private FileDescriptor descriptor;
  private boolean active;
  private boolean ended;
  private Throwable failure;

  @Override
  public synchronized void channelActive(ChannelHandlerContext context) {
    active = true;
    notifyAll();
  }

  @Override
  public synchronized void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof FileDescriptor received) {
      descriptor = received;
    } else {
      bytes.writeBytes((ByteBuf) message);
      ReferenceCountUtil.release(message);
    }
    notifyAll();
  }

  @Override
  public synchronized void userEventTriggered(ChannelHandlerContext context, Object event) {
    ended |= event == ChannelInputShutdownEvent.INSTANCE;
    notifyAll();
  }

  @Override
  public synchronized void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failure = cause;
    notifyAll();
  }

  synchronized void awaitActive() throws InterruptedException {
    await(() -> active, "no connection");
  }

  synchronized ByteBuf awaitBytes(int count) throws InterruptedException {
    await(() -> bytes.readableBytes() >= count, "only some of " + count + " bytes");
    return bytes.copy();
  }

  /** {@return the bytes until the end of the stream} */
  synchronized String awaitEnd() throws InterruptedException {
    await(() -> ended, "no end of the stream");
    return bytes.toString(StandardCharsets.US_ASCII);
  }

  synchronized int awaitDescriptor() throws InterruptedException {
    await(() -> descriptor != null, "no descriptor");
    return descriptor.intValue();
  }

  synchronized String awaitFailure() throws InterruptedException {
    await(() -> failure != null, "no failure");
    return String.valueOf(failure.getMessage());
  }

  private void await(BooleanSupplier condition, String complaint) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Loops.SECONDS);
    while (!condition.getAsBoolean()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      Deviation.unless(
          left > 0,
          complaint + " within 10 s; " + bytes.readableBytes() + " bytes, failure: " + failure);
      wait(left);
    }
  }
}
