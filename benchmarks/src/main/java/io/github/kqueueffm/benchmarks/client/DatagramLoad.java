package io.github.kqueueffm.benchmarks.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Datagrams that are echoed, one at a time for each client. */
final class DatagramLoad extends Load {
  private static final ByteBuf MESSAGE = Question.message();
  private static final long RESEND_MILLIS = 500;

  private final Bootstrap bootstrap;
  private final InetSocketAddress server;
  private final int clients;
  private final List<Channel> channels = new ArrayList<>();

  DatagramLoad(EventLoopGroup group, int port, int clients) {
    this.server = new InetSocketAddress("127.0.0.1", port);
    this.clients = clients;
    this.bootstrap =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Client());
                  }
                });
  }

  @Override
  public void start() throws Exception {
    for (int i = 0; i < clients; i++) {
      channels.add(bootstrap.connect(server).sync().channel());
    }
  }

  @Override
  public void close() {
    Peers.close(channels);
  }

  private final class Client extends SimpleChannelInboundHandler<DatagramPacket> {
    private long sentAt;
    private long answers;
    private long answersAtCheck = -1;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      send(context);
      context
          .executor()
          .scheduleAtFixedRate(
              () -> check(context), RESEND_MILLIS, RESEND_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Sends a datagram again if none has come back, because datagrams may be lost. */
    private void check(ChannelHandlerContext context) {
      if (answers == answersAtCheck && context.channel().isActive()) {
        send(context);
      }
      answersAtCheck = answers;
    }

    private void send(ChannelHandlerContext context) {
      sentAt = System.nanoTime();
      context.writeAndFlush(new DatagramPacket(MESSAGE.duplicate(), server), context.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      if (packet.content().readableBytes() != Question.MESSAGE_BYTES) {
        fail(packet.sender(), "a wrong answer");
        return;
      }
      answers++;
      answered(System.nanoTime() - sentAt);
      send(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(cause);
      context.close();
    }
  }
}
