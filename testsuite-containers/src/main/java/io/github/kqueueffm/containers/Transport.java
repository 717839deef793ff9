package io.github.kqueueffm.containers;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** All that differs between a program on NIO and the same program on this transport. */
record Transport(
    String name,
    IoHandlerFactory handler,
    Class<? extends ServerChannel> server,
    Class<? extends SocketChannel> socket,
    Class<? extends DatagramChannel> datagram) {
  /** The system property that chooses it by its name. */
  static final String PROPERTY = "containers.transport";

  static Transport nio() {
    return new Transport(
        "nio",
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioSocketChannel.class,
        NioDatagramChannel.class);
  }

  static Transport kqueueFfm() {
    return new Transport(
        "kqueue-ffm",
        KQueueFfmIoHandler.newFactory(),
        KQueueFfmServerSocketChannel.class,
        KQueueFfmSocketChannel.class,
        KQueueFfmDatagramChannel.class);
  }

  static Transport chosen() {
    String name = System.getProperty(PROPERTY);
    if (name == null) {
      throw new IllegalArgumentException("give -D" + PROPERTY + "=nio or kqueue-ffm");
    }
    return switch (name) {
      case "nio" -> nio();
      case "kqueue-ffm" -> kqueueFfm();
      default -> throw new IllegalArgumentException("-D" + PROPERTY + '=' + name + ": no such one");
    };
  }

  EventLoopGroup loops(int threads) {
    return new MultiThreadIoEventLoopGroup(threads, handler);
  }

  @Override
  public String toString() {
    return name;
  }
}
