package io.github.kqueueffm.testsuite.soak;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** One connection: sends, checks each byte that comes back, pauses, and after a while ends. */
final class SoakClient extends ChannelInboundHandlerAdapter {
  /** What all connections did together. */
  static final class Totals {
    final LongAdder opened = new LongAdder();
    final LongAdder closed = new LongAdder();
    final LongAdder resets = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder wrong = new LongAdder();
    final LongAdder failures = new LongAdder();
  }

  private final Totals totals;
  private long sent;
  private long received;
  private boolean ends;

  SoakClient(Totals totals) {
    this.totals = totals;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    totals.opened.increment();
    send(ctx);
  }

  private void send(ChannelHandlerContext ctx) {
    int size = 1 + ThreadLocalRandom.current().nextInt(2_000);
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = byteAt(sent++);
    }
    ctx.writeAndFlush(ctx.alloc().buffer(size).writeBytes(bytes));
  }

  private static byte byteAt(long position) {
    return (byte) (position * 131 >> 3);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // In one call: the build's leak detector records each access to a buffer.
    byte[] bytes = ByteBufUtil.getBytes((ByteBuf) message);
    ReferenceCountUtil.release(message);
    totals.bytes.add(bytes.length);
    for (byte b : bytes) {
      if (b != byteAt(received++)) {
        totals.wrong.increment();
      }
    }
    if (received == sent && !ends) {
      next(ctx);
    }
  }

  /** Every byte is back: waits a while, pauses its reads, ends, or resets. */
  private void next(ChannelHandlerContext ctx) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int choice = random.nextInt(100);
    if (choice < 2) {
      ends = true;
      if (choice == 0) {
        totals.resets.increment();
        ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      }
      ctx.close();
      return;
    }
    if (choice < 12) {
      ctx.channel().config().setAutoRead(false);
      ctx.executor()
          .schedule(
              () -> ctx.channel().config().setAutoRead(true),
              random.nextInt(2_000),
              TimeUnit.MILLISECONDS);
    }
    ctx.executor().schedule(() -> send(ctx), random.nextInt(4_000), TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    totals.closed.increment();
    if (!ends) {
      totals.failures.increment();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    totals.failures.increment();
    ctx.close();
  }
}
