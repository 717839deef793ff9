package io.github.kqueueffm.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FileRegion;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;

/** Sends the file once for each received byte. */
@Sharable
final class FileSender extends SimpleChannelInboundHandler<ByteBuf> {

  /** Makes the region of one transfer. */
  interface Regions {
    FileRegion next() throws IOException;
  }

  private final Regions regions;

  FileSender(Regions regions) {
    this.regions = regions;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf requests) throws IOException {
    for (int i = requests.readableBytes(); i > 0; i--) {
      context.write(regions.next(), context.voidPromise());
    }
    context.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
