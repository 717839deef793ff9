package io.github.kqueueffm.channel;

import io.github.kqueueffm.channel.Seccomp.Call;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Accepts connections under a filter of system calls, and prints what the doctor then says to the
 * application; in a separate JVM, since a filter cannot be taken back.
 */
final class FallbackProgram {
  private static final int EPERM = 1;

  /** A call is given up after three refusals. */
  private static final int CONNECTIONS = 4;

  /** Closes each connection that was accepted. */
  private static final class Closing extends ChannelInboundHandlerAdapter {
    private final CountDownLatch accepted;

    Closing(CountDownLatch accepted) {
      this.accepted = accepted;
    }

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      accepted.countDown();
      context.close();
    }
  }

  /** Does nothing. */
  private static final class Waiting extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }
  }

  private FallbackProgram() {}

  public static void main(String[] args) throws Throwable {
    if (!Seccomp.forbid(List.of(Call.EPOLL_PWAIT2, Call.ACCEPT4), EPERM)) {
      System.out.println("no filters");
      return;
    }
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    CountDownLatch accepted = new CountDownLatch(CONNECTIONS);
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(KQueueFfmServerSocketChannel.class)
            .childHandler(new Closing(accepted))
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    Bootstrap client =
        new Bootstrap().group(group).channel(KQueueFfmSocketChannel.class).handler(new Waiting());
    for (int i = 0; i < CONNECTIONS; i++) {
      client.connect(server.localAddress()).sync().channel().closeFuture().sync();
    }
    accepted.await();
    System.out.println(KQueueFfm.diagnose());
    System.exit(0);
  }
}
