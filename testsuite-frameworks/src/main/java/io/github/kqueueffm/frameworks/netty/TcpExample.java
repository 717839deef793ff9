package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/** A server and its clients over TCP, whatever protocol their pipelines speak. */
public final class TcpExample implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          2, new DefaultThreadFactory("kqueue-ffm"), KQueueFfmIoHandler.newFactory());
  private final Channel server;

  /** Listens on a free port of the loopback address. */
  public TcpExample(ChannelHandler pipeline) {
    server =
        new ServerBootstrap()
            .group(group)
            .channel(KQueueFfmServerSocketChannel.class)
            .childHandler(pipeline)
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  /** Connects a client to the server. */
  public Channel connect(ChannelHandler pipeline) {
    return new Bootstrap()
        .group(group)
        .channel(KQueueFfmSocketChannel.class)
        .handler(pipeline)
        .connect(server.localAddress())
        .syncUninterruptibly()
        .channel();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
