package io.github.kqueueffm.testsuite.allocation;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints what the event loop of a UDP echo allocates for a datagram, of so many senders in turn,
 * once that is at most what is asked for, or after the last round.
 */
final class DatagramAllocation {
  private static final int SIZE = 64;
  private static final int ECHOES_A_ROUND = 4_000;
  private static final int ROUNDS = 200;

  private DatagramAllocation() {}

  public static void main(String[] args) throws Exception {
    int senders = Integer.parseInt(args[0]);
    double enough = Double.parseDouble(args[1]);
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    List<DatagramSocket> clients = new ArrayList<>();
    try {
      LoopAllocation loop = LoopAllocation.of(group);
      Channel server =
          new Bootstrap()
              .group(group)
              .channel(KQueueFfmDatagramChannel.class)
              .handler(new Echo())
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sync()
              .channel();
      for (int i = 0; i < senders; i++) {
        DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        client.connect(server.localAddress());
        client.setSoTimeout(30_000);
        clients.add(client);
      }
      double bytes = loop.least(ROUNDS, enough, ECHOES_A_ROUND, () -> exchangeAll(clients));
      System.out.println("datagram " + bytes);
    } finally {
      clients.forEach(DatagramSocket::close);
      group.shutdownGracefully().syncUninterruptibly();
    }
  }

  private static void exchangeAll(List<DatagramSocket> clients) throws IOException {
    for (int i = 0; i < ECHOES_A_ROUND; i++) {
      exchange(clients.get(i % clients.size()));
    }
  }

  private static void exchange(DatagramSocket client) throws IOException {
    client.send(new java.net.DatagramPacket(new byte[SIZE], SIZE));
    java.net.DatagramPacket answer = new java.net.DatagramPacket(new byte[SIZE + 1], SIZE + 1);
    client.receive(answer);
    if (answer.getLength() != SIZE) {
      throw new IllegalStateException("the echo has " + answer.getLength() + " bytes");
    }
  }

  /** Takes the packet that it received to answer, so that only the transport's count. */
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      context.writeAndFlush(
          new DatagramPacket(packet.content(), packet.sender()), context.voidPromise());
    }
  }
}
