package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.SystemPromise;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mistakes with addresses, loops and options, as a person meets them. */
@Timeout(60)
@Tag("real")
class ConnectionErrorsTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private EventLoopGroup group;

  @BeforeEach
  void startLoop() {
    group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
  }

  @AfterEach
  void stopLoop() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void portInUseIsABindExceptionWithTheAddress() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      InetSocketAddress address = (InetSocketAddress) taken.getLocalSocketAddress();
      assertThatThrownBy(() -> server(KQueueFfmServerSocketChannel.class).bind(address).sync())
          .isInstanceOf(BindException.class)
          .hasMessageStartingWith("Address already in use: " + address);
    }
  }

  @Test
  void refusedConnectNamesHostAndPort_netty6602() throws Exception {
    // Bound, so that no other socket gets the port, and not listening.
    SocketChannel deaf = SocketChannel.open();
    try {
      SocketAddress address = deaf.bind(new InetSocketAddress(LOOPBACK, 0)).getLocalAddress();
      if (!SystemPromise.REFUSES_FOR_A_BOUND_SOCKET.isKept()) {
        deaf.close();
      }
      assertThatThrownBy(() -> client().connect(address).sync())
          .isInstanceOf(ConnectException.class)
          .hasMessageStartingWith("Connection refused: " + address);
    } finally {
      deaf.close();
    }
  }

  @Test
  void channelOfAnotherTransportIsRefusedByTheLoop() {
    assertThatThrownBy(() -> server(NioServerSocketChannel.class).bind(LOOPBACK, 0).sync())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("incompatible event loop type");
  }

  @Test
  void loopOfAnotherTransportRefusesTheChannel() {
    EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      Bootstrap onNio = client().clone(nio);
      assertThatThrownBy(() -> onNio.connect(LOOPBACK, 1).sync())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("incompatible event loop type");
    } finally {
      nio.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @Test
  void unknownOptionIsNotSet() {
    ChannelOption<Integer> unknown = ChannelOption.valueOf("io.github.kqueueffm.test#UNKNOWN");
    Channel channel = new KQueueFfmSocketChannel();
    try {
      assertThat(channel.config().setOption(unknown, 1)).isFalse();
      assertThat(channel.config().getOption(unknown)).isNull();
      assertThat(channel.config().getOptions()).doesNotContainKey(unknown);
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void bootstrapIgnoresUnknownOption() throws Exception {
    ChannelOption<Integer> unknown = ChannelOption.valueOf("io.github.kqueueffm.test#UNKNOWN");
    Channel channel =
        server(KQueueFfmServerSocketChannel.class)
            .option(unknown, 1)
            .bind(LOOPBACK, 0)
            .sync()
            .channel();
    assertThat(channel.isActive()).isTrue();
    channel.close().sync();
  }

  private ServerBootstrap server(Class<? extends ServerChannel> type) {
    return new ServerBootstrap()
        .group(group)
        .channel(type)
        .childHandler(new ChannelInboundHandlerAdapter());
  }

  private Bootstrap client() {
    return new Bootstrap()
        .group(group)
        .channel(KQueueFfmSocketChannel.class)
        .handler(new ChannelInboundHandlerAdapter());
  }
}
