package io.github.kqueueffm.containers;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * Sends back what comes, reads no more while the peer does not take it, and closes when the peer
 * has sent all and has got all.
 */
@Sharable
class EchoHandler extends ChannelInboundHandlerAdapter {
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    context.write(message, context.voidPromise());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(context.channel().isWritable());
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  @SuppressWarnings("deprecation") // ChannelHandler's is, ChannelInboundHandler's is not.
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // The peer went away, as some of the tests' do; to the container's log.
    System.err.println(context.channel() + ": " + cause);
    context.close();
  }
}
