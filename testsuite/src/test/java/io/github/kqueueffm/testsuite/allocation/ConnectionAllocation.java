package io.github.kqueueffm.testsuite.allocation;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Prints what the event loop of a server allocates for a connection that is accepted, echoes one
 * byte and is closed by its client, once that is at most what is asked for, or after the last
 * round.
 */
final class ConnectionAllocation {
  private static final int CONNECTIONS_A_ROUND = 1_000;

  private static final int ROUNDS = 100;

  /** So many addresses connect in turn, so that none runs out of ports. */
  private static final int ADDRESSES = 100;

  private ConnectionAllocation() {}

  public static void main(String[] args) throws Exception {
    double enough = Double.parseDouble(args[0]);
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    try {
      LoopAllocation loop = LoopAllocation.of(group);
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
      double bytes = loop.least(ROUNDS, enough, CONNECTIONS_A_ROUND, () -> connect(server));
      System.out.println("connection " + bytes);
    } finally {
      group.shutdownGracefully().syncUninterruptibly();
    }
  }

  private static void connect(InetSocketAddress server) throws IOException {
    for (int i = 0; i < CONNECTIONS_A_ROUND; i++) {
      byte[] from = {127, 0, 0, (byte) (2 + i % ADDRESSES)};
      InetAddress local = InetAddress.getByAddress(from);
      try (Socket client = new Socket(server.getAddress(), server.getPort(), local, 0)) {
        client.setSoTimeout(30_000);
        client.getOutputStream().write('?');
        if (client.getInputStream().read() != '?') {
          throw new IllegalStateException("the echo is missing or wrong");
        }
      }
    }
  }

  @Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message, context.voidPromise());
    }
  }
}
