package io.github.kqueueffm.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandler;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A handler at the head of a channel's pipeline, which records the bytes that the channel carried,
 * and the threads.
 */
public final class Carried extends ChannelDuplexHandler {
  private final Channel channel;
  private final Set<String> threads = ConcurrentHashMap.newKeySet();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private volatile boolean hasReadElsewhere;

  Carried(Channel channel) {
    this.channel = channel;
  }

  public Class<? extends Channel> type() {
    return channel.getClass();
  }

  /** {@return the address to which the channel is bound, or {@code null} if it is not} */
  public SocketAddress localAddress() {
    return channel.localAddress();
  }

  /** Whether the channel's event loop runs a handler of that type. */
  public boolean isOnLoopOf(Class<? extends IoHandler> handler) {
    return channel.eventLoop() instanceof IoEventLoop loop && loop.isIoType(handler);
  }

  /** Whether all received bytes were delivered on the loop's thread. */
  public boolean hasReadOnItsLoop() {
    return !hasReadElsewhere;
  }

  /** {@return the names of the threads on which bytes were received and sent} */
  public Set<String> threads() {
    return threads;
  }

  public long received() {
    return received.get();
  }

  public long sent() {
    return sent.get();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    count(received, message);
    hasReadElsewhere |= !channel.eventLoop().inEventLoop();
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    count(sent, message);
    context.write(message, promise);
  }

  private void count(AtomicLong sum, Object message) {
    long bytes = bytes(message);
    if (bytes > 0) {
      sum.addAndGet(bytes);
      threads.add(Thread.currentThread().getName());
    }
  }

  private static long bytes(Object message) {
    return switch (message) {
      case ByteBuf buffer -> buffer.readableBytes();
      case ByteBufHolder holder -> holder.content().readableBytes();
      case FileRegion region -> region.count();
      default -> 0;
    };
  }

  @Override
  public String toString() {
    return "%s: %d bytes received, %d sent, on %s"
        .formatted(type().getSimpleName(), received.get(), sent.get(), threads);
  }
}
