package io.github.kqueueffm.demo;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** All that differs between two transports: the event loop's handler and the channel's class. */
record Transport(String name, IoHandlerFactory handler, Class<? extends ServerChannel> channel) {

  static Transport nio() {
    return new Transport("nio", NioIoHandler.newFactory(), NioServerSocketChannel.class);
  }

  static Transport kqueueFfm() {
    return new Transport(
        "kqueue-ffm", KQueueFfmIoHandler.newFactory(), KQueueFfmServerSocketChannel.class);
  }
}
