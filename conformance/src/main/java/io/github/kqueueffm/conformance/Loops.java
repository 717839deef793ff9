package io.github.kqueueffm.conformance;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Two event loops, and servers and clients on them. */
final class Loops implements AutoCloseable {
  static final int SECONDS = 10;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          2, new DefaultThreadFactory("conformance", true), KQueueFfmIoHandler.newFactory());

  Channel serve(
      Class<? extends ServerChannel> type,
      SocketAddress address,
      Supplier<ChannelHandler> handlers) {
    return await(server(handlers).channel(type).bind(address));
  }

  Channel serve(
      ChannelFactory<? extends ServerChannel> factory,
      SocketAddress address,
      Supplier<ChannelHandler> handlers) {
    return await(server(handlers).channelFactory(factory).bind(address));
  }

  /** The same with a channel of a socket that is already bound. */
  Channel serve(ServerChannel channel, Supplier<ChannelHandler> handlers) {
    return await(server(handlers).channelFactory(() -> channel).register());
  }

  private ServerBootstrap server(Supplier<ChannelHandler> handlers) {
    return new ServerBootstrap()
        .group(group)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers.get());
              }
            });
  }

  Bootstrap client(Class<? extends Channel> type, ChannelHandler handler) {
    return new Bootstrap().group(group).channel(type).handler(handler);
  }

  Bootstrap client(ChannelFactory<? extends Channel> factory, ChannelHandler handler) {
    return new Bootstrap().group(group).channelFactory(factory).handler(handler);
  }

  Channel connect(Class<? extends Channel> type, SocketAddress server, ChannelHandler handler) {
    return await(client(type, handler).connect(server));
  }

  void register(Channel channel) {
    await(group.register(channel));
  }

  /** {@return the channel of a future, which has to succeed in time} */
  static Channel await(ChannelFuture future) {
    Deviation.unless(future.awaitUninterruptibly(SECONDS, TimeUnit.SECONDS), "nothing within 10 s");
    return future.syncUninterruptibly().channel();
  }

  @Override
  public void close() {
    boolean ended =
        group
            .shutdownGracefully(0, SECONDS, TimeUnit.SECONDS)
            .awaitUninterruptibly(SECONDS, TimeUnit.SECONDS);
    Deviation.unless(ended, "the event loops do not end");
  }
}
