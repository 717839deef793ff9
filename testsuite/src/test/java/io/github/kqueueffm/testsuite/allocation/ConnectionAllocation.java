package io.github.kqueueffm.testsuite.allocation;

import com.sun.management.ThreadMXBean;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Prints what the event loop of a server allocates for a connection that is accepted, echoes one
 * byte and is closed by its client, once that is at most what is asked for, or after the last
 * round.
 */
final class ConnectionAllocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int CONNECTIONS_A_ROUND = 1_000;

  /** Each round connects from another address, so that none runs out of ports. */
  private static final int ROUNDS = 100;

  private ConnectionAllocation() {}

  public static void main(String[] args) throws Exception {
    double enough = Double.parseDouble(args[0]);
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    try {
      long loop = group.submit(() -> Thread.currentThread().threadId()).get();
      InetSocketAddress server =
          (InetSocketAddress)
              new ServerBootstrap()
                  .group(group)
                  .channel(KQueueFfmServerSocketChannel.class)
                  .childHandler(new Echo())
                  .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                  .sync()
                  .channel()
                  .localAddress();
      double bytes = Double.MAX_VALUE;
      for (int round = 0; round < ROUNDS && bytes > enough; round++) {
        bytes = Math.min(bytes, bytesPerConnection(loop, server, round));
      }
      System.out.println("connection " + bytes);
    } finally {
      group.shutdownGracefully().syncUninterruptibly();
    }
  }

  private static double bytesPerConnection(long loop, InetSocketAddress server, int round)
      throws IOException {
    InetAddress local = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (2 + round)});
    long before = THREADS.getThreadAllocatedBytes(loop);
    for (int i = 0; i < CONNECTIONS_A_ROUND; i++) {
      try (Socket client = new Socket(server.getAddress(), server.getPort(), local, 0)) {
        client.setSoTimeout(30_000);
        client.getOutputStream().write('?');
        if (client.getInputStream().read() != '?') {
          throw new IllegalStateException("the echo is missing or wrong");
        }
      }
    }
    return (double) (THREADS.getThreadAllocatedBytes(loop) - before) / CONNECTIONS_A_ROUND;
  }

  @Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message, context.voidPromise());
    }
  }
}
