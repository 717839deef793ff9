package io.github.kqueueffm.testsuite.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A channel that leaves its loop while it connects, and whose first loop then ends. */
class KQueueFfmPendingConnectMovesTest {
  private static final int TIMEOUT_MILLIS = 4000;
  private static final int MOVES_AFTER_MILLIS = 2500;

  /** The suite's address that answers no connect. */
  private static InetSocketAddress unreachable() {
    return new InetSocketAddress(
        System.getProperty("io.netty.testsuite.badHost"),
        Integer.getInteger("io.netty.testsuite.badPort"));
  }

  private static void shutDown(EventLoopGroup group) {
    assertThat(
            group
                .shutdownGracefully(0, 5, TimeUnit.SECONDS)
                .awaitUninterruptibly(10, TimeUnit.SECONDS))
        .isTrue();
  }

  private static EventLoopGroup newLoop() {
    return new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
  }

  @Test
  void nextLoopFailsTheConnectAtItsTimeout() throws Exception {
    EventLoopGroup first = newLoop();
    EventLoopGroup second = newLoop();
    try {
      long start = System.nanoTime();
      ChannelFuture connect =
          new Bootstrap()
              .group(first)
              .channel(KQueueFfmSocketChannel.class)
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(unreachable());
      Channel channel = connect.channel();
      Thread.sleep(MOVES_AFTER_MILLIS);
      channel.deregister().sync();
      second.register(channel).sync();
      shutDown(first);
      assertThat(connect.isDone()).isFalse();

      assertThat(connect.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(connect.cause())
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessageContaining(TIMEOUT_MILLIS + " ms");
      assertThat(System.nanoTime() - start)
          .as("not begun anew")
          .isBetween(
              TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS),
              TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS + MOVES_AFTER_MILLIS - 100));
      assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      shutDown(first);
      shutDown(second);
    }
  }
}
