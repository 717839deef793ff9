package com.example;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.security.CodeSource;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * Sends bytes over TCP to an echo server in the same process, and prints what came back, and what
 * it came through: {@code Main HEX REPETITIONS}. With a third argument it prints the diagnosis too.
 */
public final class Main {
  private static final int SECONDS = 30;

  private Main() {}

  /** Runs the echo; an exception ends the program with status 1. */
  public static void main(String[] arguments) throws Exception {
    KQueueFfm.ensureAvailability();
    System.out.println("transport: " + KQueueFfm.description());
    System.out.println("from: " + place());
    byte[] piece = HexFormat.of().parseHex(arguments[0]);
    ByteBuf sent = Unpooled.buffer();
    for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
      sent.writeBytes(piece);
    }
    IoHandlerFactory factory = KQueueFfmIoHandler.newFactory();
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1,
            executor -> {
              IoHandler handler = factory.newHandler(executor);
              System.out.println("handler: " + handler.getClass().getName());
              return handler;
            });
    try {
      System.out.println("echoed: " + echo(group, sent));
    } finally {
      group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).sync();
    }
    if (arguments.length > 2) {
      System.out.println(KQueueFfm.diagnose());
    }
  }

  private static String echo(EventLoopGroup group, ByteBuf sent) throws Exception {
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(KQueueFfmServerSocketChannel.class)
            .childHandler(new Echo())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    Collector collector = new Collector(sent.readableBytes());
    Channel client =
        new Bootstrap()
            .group(group)
            .channel(KQueueFfmSocketChannel.class)
            .handler(collector)
            .connect(server.localAddress())
            .sync()
            .channel();
    client.writeAndFlush(sent).sync();
    String result = collector.result(SECONDS);
    client.close().sync();
    server.close().sync();
    return result;
  }

  /** The jar or module that the transport's classes are from. */
  private static Object place() {
    CodeSource source = KQueueFfm.class.getProtectionDomain().getCodeSource();
    return source == null ? "no code source" : source.getLocation();
  }
}
