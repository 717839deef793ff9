package io.github.kqueueffm.benchmarks.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.internal.PlatformDependent;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Makes connections to the server, by as many of its addresses as they need. */
final class Peers {
  /** Linux has all of 127.0.0.0/8 on the loopback, and each address has ports of its own. */
  private static final int ADDRESSES = PlatformDependent.isOsx() ? 1 : 16;

  private static final int AT_ONCE = 200;
  private static final int TIMEOUT_SECONDS = 30;

  private final Bootstrap bootstrap;
  private final SocketAddress[] addresses;
  private int next;

  private Peers(Bootstrap bootstrap, SocketAddress... addresses) {
    this.bootstrap = bootstrap;
    this.addresses = addresses;
  }

  static Peers tcp(EventLoopGroup group, int port) {
    SocketAddress[] addresses = new SocketAddress[ADDRESSES];
    for (int i = 0; i < ADDRESSES; i++) {
      addresses[i] = new InetSocketAddress("127.0.0." + (i + 1), port);
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true);
    return new Peers(bootstrap, addresses);
  }

  static Peers local(EventLoopGroup group, String path) {
    return new Peers(
        new Bootstrap().group(group).channel(NioDomainSocketChannel.class),
        UnixDomainSocketAddress.of(path));
  }

  /** Begins one connection, to the next address. */
  ChannelFuture connect(ChannelHandler handler) {
    return bootstrap.clone().handler(handler).connect(addresses[next++ % addresses.length]);
  }

  /** So many connections with a handler each, when all are up. */
  List<Channel> connect(int connections, Supplier<ChannelHandler> handlers) throws Exception {
    List<Channel> channels = new ArrayList<>(connections);
    List<ChannelFuture> pending = new ArrayList<>(AT_ONCE);
    while (channels.size() < connections) {
      for (int i = Math.min(AT_ONCE, connections - channels.size()); i > 0; i--) {
        pending.add(connect(initializer(handlers.get())));
      }
      for (ChannelFuture future : pending) {
        if (!future.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          throw new IllegalStateException("a connection takes more than half a minute");
        }
        channels.add(future.sync().channel());
      }
      pending.clear();
    }
    return channels;
  }

  private static ChannelHandler initializer(ChannelHandler handler) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(handler);
      }
    };
  }

  static void close(List<Channel> channels) {
    List<ChannelFuture> closing = new ArrayList<>(channels.size());
    for (Channel channel : channels) {
      closing.add(channel.close());
    }
    for (ChannelFuture future : closing) {
      future.awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
  }
}
