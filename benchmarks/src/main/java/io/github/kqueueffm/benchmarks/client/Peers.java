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

/** Opens connections to the server, from as many local addresses as their ports require. */
final class Peers {
  /**
   * On Linux all of 127.0.0.0/8 is on the loopback, and each address has its own ports. There are
   * so many that the ports of the last minute's connections, which cannot be used again yet, do not
   * matter.
   */
  private static final int SOURCES = PlatformDependent.isOsx() ? 1 : 250;

  private static final int AT_ONCE = 200;
  private static final int TIMEOUT_SECONDS = 30;

  private final Bootstrap bootstrap;
  private final SocketAddress server;
  private final SocketAddress[] sources;
  private int next;

  private Peers(Bootstrap bootstrap, SocketAddress server, SocketAddress... sources) {
    this.bootstrap = bootstrap;
    this.server = server;
    this.sources = sources;
  }

  static Peers tcp(EventLoopGroup group, int port) {
    SocketAddress[] sources = new SocketAddress[SOURCES];
    for (int i = 0; i < SOURCES; i++) {
      sources[i] = new InetSocketAddress("127.0.0." + (i + 1), 0);
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true);
    return new Peers(bootstrap, new InetSocketAddress("127.0.0.1", port), sources);
  }

  static Peers local(EventLoopGroup group, String path) {
    return new Peers(
        new Bootstrap().group(group).channel(NioDomainSocketChannel.class),
        UnixDomainSocketAddress.of(path));
  }

  /** Starts one connection from the next address. */
  ChannelFuture connect(ChannelHandler handler) {
    Bootstrap one = bootstrap.clone().handler(handler);
    return sources.length == 0
        ? one.connect(server)
        : one.connect(server, sources[next++ % sources.length]);
  }

  /** Opens a number of connections, each with a handler, and waits until all are connected. */
  List<Channel> connect(int connections, Supplier<ChannelHandler> handlers) throws Exception {
    List<Channel> channels = new ArrayList<>(connections);
    List<ChannelFuture> pending = new ArrayList<>(AT_ONCE);
    while (channels.size() < connections) {
      for (int i = Math.min(AT_ONCE, connections - channels.size()); i > 0; i--) {
        pending.add(connect(initializer(handlers.get())));
      }
      for (ChannelFuture future : pending) {
        if (!future.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          throw new IllegalStateException("a connect takes more than 30 seconds");
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
