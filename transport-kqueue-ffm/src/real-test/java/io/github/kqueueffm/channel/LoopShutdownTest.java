package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Repeated, since a loop that is told to stop may be anywhere in its turn. */
@Timeout(60)
@Tag("real")
class LoopShutdownTest {

  @RepeatedTest(50)
  void shutdownWithoutQuietPeriodClosesChannelsAndFiresChannelInactive() throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    Watch watch = new Watch();
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(KQueueFfmServerSocketChannel.class)
            .handler(watch)
            .childHandler(new ChannelInboundHandlerAdapter())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    assertThat(server.isOpen()).isFalse();
    assertThat(server.closeFuture().isDone()).isTrue();
    assertThat(watch.removed.getCount()).isZero();
  }

  @Test
  void portIsFreeWhenTheLoopHasEnded_netty7047() throws Exception {
    SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    for (int round = 0; round < 20; round++) {
      EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channel(KQueueFfmServerSocketChannel.class)
              .childHandler(new ChannelInboundHandlerAdapter())
              .bind(address)
              .sync()
              .channel();
      address = server.localAddress();
      // A connection that is still open, as a server has them when it is told to stop.
      try (Socket client = new Socket()) {
        client.connect(address);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
      }
    }
  }

  private static final class Watch extends ChannelInboundHandlerAdapter {
    private final CountDownLatch removed = new CountDownLatch(1);

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      removed.countDown();
    }
  }
}
