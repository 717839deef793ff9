package io.github.kqueueffm.testsuite.differential;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The transports that play the same scenarios. */
@SuppressWarnings("ImmutableEnumChecker") // All that it is given are method references.
enum Transport {
  NIO(() -> true, NioIoHandler::newFactory, NioSocketChannel.class, NioDatagramChannel.class),
  EPOLL(
      Epoll::isAvailable,
      EpollIoHandler::newFactory,
      EpollSocketChannel.class,
      EpollDatagramChannel.class),
  OURS(
      () -> true,
      KQueueFfmIoHandler::newFactory,
      KQueueFfmSocketChannel.class,
      KQueueFfmDatagramChannel.class);

  private final BooleanSupplier available;
  private final Supplier<IoHandlerFactory> factory;
  private final Class<? extends Channel> client;
  private final Class<? extends Channel> datagram;

  Transport(
      BooleanSupplier available,
      Supplier<IoHandlerFactory> factory,
      Class<? extends Channel> client,
      Class<? extends Channel> datagram) {
    this.available = available;
    this.factory = factory;
    this.client = client;
    this.datagram = datagram;
  }

  boolean isAvailable() {
    return available.getAsBoolean();
  }

  IoHandlerFactory factory() {
    return factory.get();
  }

  Class<? extends Channel> client() {
    return client;
  }

  Class<? extends Channel> datagram() {
    return datagram;
  }
}
