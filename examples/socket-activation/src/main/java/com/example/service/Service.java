package com.example.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;

/**
 * A service that systemd, launchd or inetd starts with an open, listening TCP socket. It greets
 * each connection and closes it.
 */
public final class Service {
  private Service() {}

  public static void main(String[] args) throws InterruptedException {
    KQueueFfm.ensureAvailability();
    int descriptor = ListeningDescriptor.ofThisProcess();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> group.shutdownGracefully().syncUninterruptibly()));
    try {
      ChannelFuture registered =
          new ServerBootstrap()
              .group(group)
              .channelFactory(() -> new KQueueFfmServerSocketChannel(descriptor))
              .childHandler(new Greeting())
              // Not bind: the socket has its address already.
              .register()
              .sync();
      Channel server = registered.channel();
      System.err.println("service at " + server.localAddress());
      server.closeFuture().sync();
    } finally {
      group.shutdownGracefully();
    }
  }

  @Sharable
  private static final class Greeting extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      String text = "hello from " + context.channel().getClass().getSimpleName() + "\n";
      context
          .writeAndFlush(Unpooled.copiedBuffer(text, UTF_8))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }
}
