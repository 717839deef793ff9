package io.github.kqueueffm.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Writes one piece after another as long as the channel is writable. */
@Sharable
final class Source extends ChannelInboundHandlerAdapter {
  private final ByteBuf piece =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer(Service.BULK_BYTES).writeZero(Service.BULK_BYTES));

  @Override
  public void channelActive(ChannelHandlerContext context) {
    fill(context);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    fill(context);
  }

  private void fill(ChannelHandlerContext context) {
    while (context.channel().isWritable()) {
      context.write(piece.duplicate(), context.voidPromise());
    }
    context.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
