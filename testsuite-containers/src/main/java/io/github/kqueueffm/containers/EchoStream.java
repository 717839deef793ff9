package io.github.kqueueffm.containers;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends a number of bytes, piece by piece as the channel takes them, and checks each one that comes
 * back. It begins when it is added to the pipeline of a connection, or when that is established.
 */
final class EchoStream extends ChannelInboundHandlerAdapter {
  private final int piece;
  private long total;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final CompletableFuture<Void> inactive = new CompletableFuture<>();
  private final AtomicInteger outstanding = new AtomicInteger();
  private final Queue<Throwable> failedWrites = new ConcurrentLinkedQueue<>();
  private volatile long sent;
  private volatile long echoed;

  private EchoStream(long total, int piece) {
    this.total = total;
    this.piece = piece;
  }

  /** In one write. */
  static EchoStream message(int bytes) {
    return new EchoStream(bytes, bytes);
  }

  /** In pieces, no more of them at a time than the channel takes. */
  static EchoStream of(long total) {
    return new EchoStream(total, 64 * 1024);
  }

  /** Sends a message, waits for its echo and leaves the pipeline as it was. */
  static CompletableFuture<Void> exchange(Channel channel, int bytes) {
    EchoStream stream = message(bytes);
    channel.pipeline().addLast(stream);
    return stream.done.thenRun(() -> channel.pipeline().remove(stream));
  }

  /** Sends no more, so that it is done when what was sent has come back. */
  void finish(Channel channel) {
    channel
        .eventLoop()
        .execute(() -> {
          total = sent;
          completeIfAllCameBack();
        });
  }

  private void completeIfAllCameBack() {
    if (echoed == total) {
      done.complete(null);
    }
  }

  /** Completed when every byte has come back; fails when one is wrong or the channel closes. */
  CompletableFuture<Void> done() {
    return done;
  }

  /** Completed by the event of that name. */
  CompletableFuture<Void> inactive() {
    return inactive;
  }

  long sent() {
    return sent;
  }

  long echoed() {
    return echoed;
  }

  /** How many writes have neither succeeded nor failed yet. */
  int outstandingWrites() {
    return outstanding.get();
  }

  Queue<Throwable> failedWrites() {
    return failedWrites;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    if (context.channel().isActive()) {
      send(context);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    send(context);
    context.fireChannelActive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    send(context);
    context.fireChannelWritabilityChanged();
  }

  private void send(ChannelHandlerContext context) {
    boolean more = false;
    while (sent < total && context.channel().isWritable()) {
      int length = (int) Math.min(piece, total - sent);
      ByteBuf bytes = Pattern.bytes(context.alloc(), sent, length);
      advanceSent(length);
      outstanding.incrementAndGet();
      context.write(bytes).addListener((ChannelFuture written) -> written(written));
      more = true;
    }
    if (more) {
      context.flush();
    }
  }

  private void written(ChannelFuture written) {
    outstanding.decrementAndGet();
    if (!written.isSuccess()) {
      failedWrites.add(written.cause());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      ByteBuf received = (ByteBuf) message;
      int length = received.readableBytes();
      String complaint = Pattern.complaint(received, echoed);
      if (complaint == null && echoed + length > total) {
        complaint = "%d bytes came back of %d".formatted(echoed + length, total);
      }
      if (complaint != null) {
        fail(context, new IOException(complaint));
        return;
      }
      advanceEchoed(length);
    } finally {
      ReferenceCountUtil.release(message);
    }
    completeIfAllCameBack();
  }

  // The loop's thread is the only one that writes these two.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void advanceSent(int length) {
    sent += length;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void advanceEchoed(int length) {
    echoed += length;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    done.completeExceptionally(
        new IOException("closed after %d of %d bytes".formatted(echoed, total)));
    inactive.complete(null);
    context.fireChannelInactive();
  }

  @Override
  @SuppressWarnings("deprecation") // ChannelHandler's is, ChannelInboundHandler's is not.
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(context, cause);
  }

  private void fail(ChannelHandlerContext context, Throwable cause) {
    done.completeExceptionally(cause);
    context.close();
  }
}
