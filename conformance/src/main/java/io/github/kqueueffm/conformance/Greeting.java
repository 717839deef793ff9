package io.github.kqueueffm.conformance;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Writes one message to each client, and closes the connection. */
final class Greeting extends ChannelInboundHandlerAdapter {
  private final Object message;

  Greeting(Object message) {
    this.message = message;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.writeAndFlush(message).addListener(future -> context.close());
  }
}
