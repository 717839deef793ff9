package io.github.kqueueffm.testsuite.netbsd;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Supplier;

/** Two loops of this transport, and servers and clients on them. */
final class Connections {
  static final int SECONDS = 10;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          2, new DefaultThreadFactory("story", true), KQueueFfmIoHandler.newFactory());

  EventLoopGroup group() {
    return group;
  }

  KQueueFfmServerSocketChannel serve(Supplier<ChannelHandler> handlers)
      throws InterruptedException {
    return (KQueueFfmServerSocketChannel)
        await(
            new ServerBootstrap()
                .group(group)
                .channel(KQueueFfmServerSocketChannel.class)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(
                    new ChannelInitializer<Channel>() {
                      @Override
                      protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(handlers.get());
                      }
                    })
                .bind(new InetSocketAddress("127.0.0.1", 0)));
  }

  Bootstrap client(ChannelHandler handler) {
    return new Bootstrap()
        .group(group)
        .channel(KQueueFfmSocketChannel.class)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .handler(handler);
  }

  KQueueFfmSocketChannel connect(SocketAddress server, ChannelHandler handler)
      throws InterruptedException {
    return (KQueueFfmSocketChannel) await(client(handler).connect(server));
  }

  /** The channel of a future, which has to succeed in time. */
  static Channel await(ChannelFuture future) throws InterruptedException {
    StreamStories.require(future.await(SECONDS * 1000L), "nothing happens within 10 s");
    return future.syncUninterruptibly().channel();
  }
}
