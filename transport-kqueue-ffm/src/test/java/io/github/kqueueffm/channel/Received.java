package io.github.kqueueffm.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Keeps what a channel receives: bytes, other messages, events, and how it ended. */
@ChannelHandler.Sharable
final class Received extends ChannelInboundHandlerAdapter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<Object> messages = new CopyOnWriteArrayList<>();
  private final List<Object> events = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final CompletableFuture<ChannelHandlerContext> active = new CompletableFuture<>();
  private final CompletableFuture<Void> inactive = new CompletableFuture<>();

  @Override
  public void channelActive(ChannelHandlerContext context) {
    active.complete(context);
    context.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    inactive.complete(null);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf buffer)) {
      messages.add(message);
      return;
    }
    byte[] part = new byte[buffer.readableBytes()];
    buffer.readBytes(part);
    buffer.release();
    synchronized (this) {
      bytes.writeBytes(part);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    events.add(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failures.add(cause);
  }

  synchronized byte[] bytes() {
    return bytes.toByteArray();
  }

  synchronized int size() {
    return bytes.size();
  }

  List<Object> messages() {
    return messages;
  }

  List<Object> events() {
    return events;
  }

  List<Throwable> failures() {
    return failures;
  }

  Channel channel() throws Exception {
    return active.get(10, TimeUnit.SECONDS).channel();
  }

  boolean isInactive() {
    return inactive.isDone();
  }

  void awaitInactive() throws Exception {
    inactive.get(10, TimeUnit.SECONDS);
  }

  void awaitBytes(int count) throws InterruptedException {
    LoopExtension.await(count + " bytes", () -> size() >= count);
  }
}
