package io.github.kqueueffm.benchmarks.client;

import io.github.kqueueffm.benchmarks.server.Service;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;

/** A connection that writes endlessly. */
final class PushLoad extends Load {
  private final Peers peers;
  private final List<Channel> channels = new ArrayList<>();

  PushLoad(Peers peers) {
    this.peers = peers;
  }

  @Override
  public void start() throws Exception {
    channels.addAll(peers.connect(1, Pusher::new));
  }

  @Override
  public void close() {
    Peers.close(channels);
  }

  private final class Pusher extends ChannelInboundHandlerAdapter {
    private final ByteBuf piece =
        Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(Service.BULK_BYTES).writeZero(Service.BULK_BYTES));
    private final ChannelFutureListener written = this::written;

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
        context.write(piece.duplicate()).addListener(written);
      }
      context.flush();
    }

    private void written(ChannelFuture future) {
      if (future.isSuccess()) {
        count(1);
      } else if (future.channel().isOpen()) {
        fail(future.cause());
      }
    }
  }
}
