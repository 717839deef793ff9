package io.github.kqueueffm.testsuite.start;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Starts a server, lets it echo one byte, and ends. */
final class FirstEcho {
  static final String NIO = "nio";
  static final String KQUEUE = "kqueue";

  private FirstEcho() {}

  public static void main(String[] args) throws Exception {
    // A start of the logging framework would hide that of the transport.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    if (args[0].equals(NIO)) {
      serve(NioIoHandler.newFactory(), NioServerSocketChannel.class);
    } else {
      KQueueFfm.ensureAvailability();
      serve(KQueueFfmIoHandler.newFactory(), KQueueFfmServerSocketChannel.class);
    }
  }

  private static void serve(IoHandlerFactory handler, Class<? extends ServerChannel> type)
      throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, handler);
    try {
      InetSocketAddress server =
          (InetSocketAddress)
              new ServerBootstrap()
                  .group(group)
                  .channel(type)
                  .childHandler(new EchoHandler())
                  .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                  .sync()
                  .channel()
                  .localAddress();
      echo(server);
    } finally {
      group.shutdownGracefully();
    }
  }

  private static void echo(InetSocketAddress server) throws Exception {
    try (Socket client = new Socket(server.getAddress(), server.getPort())) {
      client.setSoTimeout(30_000);
      client.getOutputStream().write('?');
      if (client.getInputStream().read() != '?') {
        throw new IllegalStateException("the echo is missing or wrong");
      }
    }
  }
}
