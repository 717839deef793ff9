package io.github.kqueueffm.channel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;

/** The last handler of a pipeline: records what arrives, and lets a test act on it. */
final class Recorder extends ChannelInboundHandlerAdapter {
  private final List<String> log = new ArrayList<>();
  private Runnable onRead = () -> {};
  private boolean echo;
  private Channel channel;

  /** Sends back what arrives. */
  Recorder echo() {
    echo = true;
    return this;
  }

  /** Does something when bytes have arrived. */
  Recorder onRead(Runnable action) {
    onRead = action;
    return this;
  }

  Channel channel() {
    return channel;
  }

  ChannelFuture write(String text) {
    return channel.writeAndFlush(Unpooled.copiedBuffer(text, US_ASCII));
  }

  /** What has arrived since it was last asked. */
  List<String> log() {
    List<String> result = List.copyOf(log);
    log.clear();
    return result;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    log.add("active");
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    log.add("read " + bytes.toString(US_ASCII));
    if (echo) {
      ctx.writeAndFlush(bytes);
    } else {
      bytes.release();
    }
    onRead.run();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    log.add("complete");
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    log.add(event.getClass().getSimpleName());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.add(cause.getClass().getSimpleName() + ": " + words(cause));
  }

  /** A message as far as it is the same on all systems: without the errno and what to do. */
  static String words(Throwable cause) {
    return String.valueOf(cause.getMessage()).replaceFirst(" \\(E[A-Z]+, \\d+\\).*", "");
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    log.add("inactive");
  }
}
