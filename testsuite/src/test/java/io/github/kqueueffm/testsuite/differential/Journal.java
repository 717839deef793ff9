package io.github.kqueueffm.testsuite.differential;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** What a pipeline sees and what becomes of promises, in the order in which it happens. */
final class Journal extends ChannelInboundHandlerAdapter {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final List<String> lines = new ArrayList<>();
  private BiConsumer<Channel, String> reaction = (channel, line) -> {};

  /** Does something in the event loop, in the middle of an event. */
  void on(String line, BiConsumer<Channel, String> action) {
    reaction =
        (channel, seen) -> {
          if (seen.equals(line)) {
            action.accept(channel, seen);
          }
        };
  }

  synchronized void note(String line) {
    lines.add(line);
    notifyAll();
  }

  /** Notes what becomes of it, when that happens. */
  <F extends Future<?>> F follow(String name, F future) {
    future.addListener(done -> note(name + ' ' + outcome(done)));
    return future;
  }

  private static String outcome(Future<?> done) {
    if (done.isSuccess()) {
      return "ok";
    }
    return done.isCancelled() ? "cancelled" : kind(done.cause());
  }

  /** The types that code catches; transports have their own subclasses and texts. */
  private static String kind(Throwable cause) {
    for (Class<?> type = cause.getClass(); ; type = type.getSuperclass()) {
      if (type.getName().startsWith("java.") && type != java.net.SocketException.class) {
        return type.getSimpleName();
      }
    }
  }

  /** Waits until the line was written. */
  void await(String line) throws InterruptedException {
    await(line, 1);
  }

  /** Waits until the line was written so many times. */
  synchronized void await(String line, int times) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (Collections.frequency(lines, line) < times) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("no \"" + line + "\" in " + lines);
      }
      wait(left);
    }
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  private void event(ChannelHandlerContext ctx, String line) {
    note(line);
    reaction.accept(ctx.channel(), line);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    event(ctx, "active");
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    event(ctx, "inactive");
  }

  @Override
  public void channelUnregistered(ChannelHandlerContext ctx) {
    event(ctx, "unregistered");
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = message instanceof DatagramPacket packet ? packet.content() : (ByteBuf) message;
    String text = bytes.toString(US_ASCII);
    ReferenceCountUtil.release(message);
    event(ctx, "read " + text);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    event(ctx, "complete");
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    event(ctx, event.getClass().getSimpleName());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    event(ctx, "writable " + ctx.channel().isWritable());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    event(ctx, cause instanceof IOException ? kind(cause) : cause.toString());
  }
}
