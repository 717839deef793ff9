package io.github.kqueueffm.simulation;

import io.github.kqueueffm.channel.KQueueFfmChannelOption;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.SplittableRandom;

/** A channel of ours at one end of a stream. It does at random what a pipeline may do. */
final class StreamEnd extends ChannelInboundHandlerAdapter {
  private final Conversation talk;
  private final SplittableRandom random;
  private final Ledger ledger;
  private final boolean initiator;
  private Channel channel;
  private boolean moves;
  private boolean closes;
  private boolean linked;

  StreamEnd(Conversation talk, Ledger ledger, SplittableRandom random, boolean initiator) {
    this.talk = talk;
    this.ledger = ledger;
    this.random = random;
    this.initiator = initiator;
    linked = initiator;
  }

  Ledger ledger() {
    return ledger;
  }

  Channel channel() {
    return channel;
  }

  /** Becomes the end of a channel, to whose pipeline a bootstrap adds it. */
  void takes(Channel made) {
    channel = made;
  }

  /** For a channel that was not made by a bootstrap. */
  void join(Channel adopted) {
    takes(adopted);
    adopted.pipeline().addLast(this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    talk.throwNow("handlerAdded");
  }

  @Override
  public void channelRegistered(ChannelHandlerContext ctx) {
    talk.throwNow("channelRegistered");
  }

  @Override
  public void channelUnregistered(ChannelHandlerContext ctx) {
    talk.throwNow("channelUnregistered");
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ledger.active++;
    talk.event();
    if (initiator) {
      write(64, true);
    }
    talk.throwNow("channelActive");
    act();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ledger.inactive++;
    talk.event();
    if (!closes && !talk.isShuttingDown()) {
      ledger.sawEnd = true;
    } else if (!ledger.sawEnd) {
      ledger.stoppedReading = true;
    }
    talk.throwNow("channelInactive");
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      talk.event();
      ledger.received.read((ByteBuf) message);
      link();
    } finally {
      ReferenceCountUtil.release(message);
    }
    talk.throwNow("channelRead");
    act();
  }

  /** The first record says to which line an accepted channel belongs. */
  private void link() {
    if (!linked && ledger.received.first() >= 0) {
      linked = true;
      talk.link(ledger, ledger.received.first());
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    talk.throwNow("channelReadComplete");
    if (!talk.isCalm() && random.nextInt(4) == 0) {
      act();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    talk.event();
    talk.throwNow("channelWritabilityChanged");
    if (random.nextInt(4) == 0) {
      act();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    talk.event();
    if (event instanceof ChannelInputShutdownEvent) {
      ledger.sawEnd = true;
      talk.throwNow("userEventTriggered");
      if (talk.isCalm() || random.nextBoolean()) {
        closes = true;
        ctx.close();
      } else {
        act();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    talk.event();
    if (talk.isOwn(cause)) {
      return;
    }
    ledger.failures.add(cause);
    talk.explain(ledger.name, cause);
    talk.throwNow("exceptionCaught");
  }

  /** Does one thing. On the channel's loop. */
  void act() {
    if (talk.isCalm() || moves || !channel.isOpen()) {
      return;
    }
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5, 6 -> write(size(), true);
      case 7 -> {
        write(size(), false);
        write(size(), true);
      }
      case 8, 9 -> channel.config().setAutoRead(!channel.config().isAutoRead());
      case 10 -> channel.read();
      case 11 -> shutdownOutput();
      case 12, 13 -> move();
      case 14 -> options();
      case 15 -> throw talk.own();
      case 16 -> cancelled();
      case 17 -> composite();
      case 18 -> region();
      case 19 -> rarely(this::close);
      case 20 -> rarely(this::reset);
      default -> {}
    }
  }

  private void rarely(Runnable action) {
    if (random.nextInt(6) == 0) {
      action.run();
    }
  }

  private int size() {
    return switch (random.nextInt(8)) {
      case 0 -> Records.HEAD;
      case 1 -> 20_000 + random.nextInt(100_000);
      default -> Records.HEAD + random.nextInt(3_000);
    };
  }

  private void write(int size, boolean flush) {
    int record = ledger.next();
    ByteBuf buffer =
        random.nextBoolean() ? talk.buffers().directBuffer(size) : talk.buffers().heapBuffer(size);
    Records.write(buffer, record, size);
    follow(channel.write(buffer), record);
    if (flush) {
      channel.flush();
    }
  }

  private void follow(ChannelFuture write, int record) {
    write.addListener(done -> {
      ledger.done(record, done.isSuccess(), done.isCancelled());
      if (!done.isSuccess() && !done.isCancelled()) {
        talk.explain(ledger.name + " write", done.cause());
        if (!(done.cause() instanceof ClosedChannelException)
            && !(done.cause() instanceof ChannelOutputShutdownException)) {
          // Such a failure closes the channel, and what is unread is lost.
          ledger.failures.add(done.cause());
        }
      }
    });
  }

  private void cancelled() {
    int record = ledger.next();
    ByteBuf buffer = talk.buffers().heapBuffer(100);
    Records.write(buffer, record, 100);
    ChannelPromise promise = channel.newPromise();
    follow(promise, record);
    channel.write(buffer, promise);
    promise.cancel(false);
    write(size(), true);
  }

  private void composite() {
    int record = ledger.next();
    ByteBuf whole = talk.buffers().heapBuffer();
    Records.write(whole, record, 4_000);
    CompositeByteBuf composite = talk.buffers().compositeBuffer(16);
    for (int at = 0; at < 4_000; at += 500) {
      composite.addComponent(true, talk.buffers().directBuffer(500).writeBytes(whole, at, 500));
    }
    whole.release();
    follow(channel.writeAndFlush(composite), record);
  }

  private void region() {
    int size = Records.HEAD + random.nextInt(50_000);
    int record = ledger.next();
    try {
      follow(channel.writeAndFlush(talk.region(record, size)), record);
    } catch (IOException e) {
      ledger.done(record, false, false);
      talk.explain(ledger.name + " region", e);
    }
  }

  private void shutdownOutput() {
    if (channel instanceof DuplexChannel duplex && random.nextInt(3) == 0) {
      duplex
          .shutdownOutput()
          .addListener(done -> {
            if (!done.isSuccess()) {
              talk.explain(ledger.name + " shutdownOutput", done.cause());
            }
          });
    }
  }

  private void options() {
    channel.config().getOptions();
    channel.config().setOption(ChannelOption.SO_RCVBUF, 8_192 + random.nextInt(100_000));
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, random.nextBoolean());
    hold(random.nextBoolean());
  }

  /** Parts of segments wait, or do not. */
  private void hold(boolean on) {
    ChannelConfig config = channel.config();
    for (ChannelOption<Boolean> option :
        List.of(KQueueFfmChannelOption.TCP_CORK, KQueueFfmChannelOption.TCP_NOPUSH)) {
      if (config.getOptions().containsKey(option)) {
        config.setOption(option, on);
      }
    }
  }

  /** Moves to another loop, or back to the same. */
  private void move() {
    EventLoop next = talk.loop(random);
    moves = true;
    ledger.homeless = true;
    channel
        .deregister()
        .addListener(left -> {
          if (!left.isSuccess()) {
            moves = false;
            ledger.homeless = false;
            return;
          }
          next.register(channel)
              .addListener(registered -> {
                moves = false;
                ledger.homeless = !registered.isSuccess();
              });
        });
  }

  void close() {
    closes = true;
    channel.close();
  }

  private void reset() {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    close();
  }

  /** From now on it only reads, to the end. On any thread. */
  void calm() {
    talk.onLoopOf(
        channel,
        () -> {
          channel.config().setAutoRead(true);
          channel.flush();
        });
  }

  /** Closes the channel if it is still open. On any thread. */
  void finish() {
    if (channel.isOpen()) {
      talk.onLoopOf(channel, this::close);
    }
  }
}
