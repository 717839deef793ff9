package io.github.kqueueffm.benchmarks.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Datagrams that are echoed, so many at a time. If there are more clients, each sends the next
 * datagram after the echo of another one.
 */
final class DatagramLoad extends Load {
  private static final ByteBuf MESSAGE = Question.message();
  private static final long RESEND_MILLIS = 500;

  private final Bootstrap bootstrap;
  private final InetSocketAddress server;
  private final int clients;
  private final int active;
  private final List<Channel> channels = new ArrayList<>();
  private final Deque<Client> idle = new ArrayDeque<>();
  private final Set<Client> waiting = new HashSet<>();

  DatagramLoad(EventLoopGroup group, int port, int clients, int active) {
    this.server = new InetSocketAddress("127.0.0.1", port);
    this.clients = clients;
    this.active = active;
    this.bootstrap =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Client(channel));
                  }
                });
  }

  @Override
  public void start() throws Exception {
    for (int i = 0; i < clients; i++) {
      channels.add(bootstrap.connect(server).sync().channel());
    }
    EventLoop loop = channels.get(0).eventLoop();
    loop.submit(this::begin).sync();
    loop.scheduleAtFixedRate(this::resend, RESEND_MILLIS, RESEND_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** On the clients' loop, as all that follows. */
  private void begin() {
    for (int i = 0; i < active; i++) {
      idle.removeFirst().send();
    }
  }

  /** Sends a datagram again if its echo has not come back, because datagrams may be lost. */
  private void resend() {
    long before = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(RESEND_MILLIS);
    List.copyOf(waiting).stream().filter(client -> client.sentAt < before).forEach(Client::send);
  }

  @Override
  public void close() {
    Peers.close(channels);
  }

  private final class Client extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Channel channel;
    private long sentAt;

    private Client(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      idle.add(this);
    }

    private void send() {
      waiting.add(this);
      sentAt = System.nanoTime();
      channel.writeAndFlush(new DatagramPacket(MESSAGE.duplicate(), server), channel.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      if (packet.content().readableBytes() != Question.MESSAGE_BYTES) {
        fail(packet.sender(), "a wrong answer");
        return;
      }
      // Else it is the second echo of a datagram that was sent again.
      if (waiting.remove(this)) {
        answered(System.nanoTime() - sentAt);
        idle.addLast(this);
        idle.removeFirst().send();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(cause);
      context.close();
    }
  }
}
