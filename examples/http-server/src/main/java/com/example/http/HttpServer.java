package com.example.http;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;

/** Answers each request with a line of text. The first argument is the port, by default 8080. */
public final class HttpServer {
  private static final int LARGEST_REQUEST_BYTES = 64 * 1024;

  private HttpServer() {}

  public static void main(String[] args) throws InterruptedException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
    KQueueFfm.ensureAvailability();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(KQueueFfmIoHandler.newFactory());
    try {
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channel(KQueueFfmServerSocketChannel.class)
              .childHandler(new Initializer())
              .bind(port)
              .sync()
              .channel();
      System.out.println("http at " + server.localAddress());
      server.closeFuture().sync();
    } finally {
      group.shutdownGracefully();
    }
  }

  private static final class Initializer extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      channel
          .pipeline()
          .addLast(
              new HttpServerCodec(),
              new HttpServerKeepAliveHandler(),
              new HttpObjectAggregator(LARGEST_REQUEST_BYTES),
              new Greeting());
    }
  }
}
