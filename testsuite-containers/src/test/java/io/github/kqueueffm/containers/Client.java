package io.github.kqueueffm.containers;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Connections from here, on one transport; closes them all. */
final class Client implements AutoCloseable {
  private final Transport transport;
  private final EventLoopGroup loops;

  Client(Transport transport) {
    this.transport = transport;
    this.loops = transport.loops(2);
  }

  Bootstrap bootstrap() {
    return new Bootstrap()
        .group(loops)
        .channel(transport.socket())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 20_000);
  }

  Bootstrap datagrams() {
    return new Bootstrap().group(loops).channel(transport.datagram());
  }

  Channel connect(InetSocketAddress address, ChannelHandler... handlers)
      throws InterruptedException {
    return connect(bootstrap(), address, handlers);
  }

  static Channel connect(Bootstrap bootstrap, InetSocketAddress address, ChannelHandler... handlers)
      throws InterruptedException {
    return bootstrap
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers);
              }
            })
        .connect(address)
        .sync()
        .channel();
  }

  @Override
  public void close() {
    // Without a quiet period loops of Netty's may leave their channels open.
    loops.shutdownGracefully(100, 10_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
  }
}
