package io.github.kqueueffm.conformance;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;

/** Writes back what it reads, and an answer after the end of the stream. */
final class AnswerAtEnd extends ChannelInboundHandlerAdapter {

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    context.writeAndFlush(message, context.voidPromise());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      context
          .writeAndFlush(Unpooled.copiedBuffer(", answer", StandardCharsets.US_ASCII))
          .addListener(future -> context.close());
    }
  }
}
