package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.channel.KQueueFfmChannelOption;
import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/** A server and its clients over QUIC, whose packets are datagrams of this transport. */
public final class QuicExample implements AutoCloseable {
  private final EventLoopGroup group = new KQueueFfmEventLoopGroup(2);
  private final SegmentedDatagramPacketAllocator segments;
  private final Channel server;

  /**
   * Listens on a free port of the loopback address.
   *
   * @param segments how several datagrams of a client are sent, as the server's codec gets it. If
   *     they are sent with one call, they are received so too.
   */
  public QuicExample(ChannelHandler codec, SegmentedDatagramPacketAllocator segments) {
    this.segments = segments;
    server = bind(codec);
  }

  private Channel bind(ChannelHandler codec) {
    Bootstrap bootstrap = new Bootstrap().group(group).channel(KQueueFfmDatagramChannel.class);
    if (segments != SegmentedDatagramPacketAllocator.NONE) {
      bootstrap.option(KQueueFfmChannelOption.UDP_GRO, true);
    }
    return bootstrap
        .handler(codec)
        .bind(InetAddress.getLoopbackAddress(), 0)
        .syncUninterruptibly()
        .channel();
  }

  /** Connects a client to the server; streams are opened on what it returns. */
  public QuicChannel connect(ChannelHandler codec, ChannelHandler connection) {
    return QuicChannel.newBootstrap(bind(codec))
        .handler(connection)
        .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments)
        .remoteAddress(server.localAddress())
        .connect()
        .syncUninterruptibly()
        .getNow();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
