package io.github.kqueueffm.benchmarks.client;

import io.github.kqueueffm.benchmarks.server.Service;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.ArrayList;
import java.util.List;

/** A connection that reads endlessly. */
final class PullLoad extends Load {
  private final Peers peers;
  private final List<Channel> channels = new ArrayList<>();

  PullLoad(Peers peers) {
    this.peers = peers;
  }

  @Override
  public void start() throws Exception {
    channels.addAll(peers.connect(1, Puller::new));
  }

  @Override
  public void close() {
    Peers.close(channels);
  }

  private final class Puller extends SimpleChannelInboundHandler<ByteBuf> {
    private long received;

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      received += bytes.readableBytes();
      if (received >= Service.BULK_BYTES) {
        count(received / Service.BULK_BYTES);
        received %= Service.BULK_BYTES;
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(cause);
      context.close();
    }
  }
}
