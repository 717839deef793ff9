package io.github.kqueueffm.conformance;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.syscall.IpStack;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** IPv4 and IPv6 on channels that were opened without a family. */
final class FamilyChecks {
  private static final String GROUP = "channels";

  /** On NetBSD two of this many v4-mapped connections got the same addresses and ports. */
  private static final int CONNECTIONS = 400;

  private FamilyChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "400 connections to one server all live", FamilyChecks::connections),
        new Check(GROUP, "a client bound to the wildcard connects to IPv4", FamilyChecks::client4),
        new Check(GROUP, "a client bound to the wildcard connects to IPv6", FamilyChecks::client6),
        new Check(GROUP, "options outlive the choice of a family", FamilyChecks::options),
        new Check(GROUP, "UDP: bound to the wildcard, then connected to IPv4", FamilyChecks::udp4),
        new Check(GROUP, "UDP: bound to the wildcard, then connected to IPv6", FamilyChecks::udp6),
        new Check(GROUP, "UDP: a wildcard address is this machine", FamilyChecks::wildcard),
        new Check(GROUP, "UDP: an unreachable port is heard of", FamilyChecks::unreachable),
        new Check(GROUP, "UDP: after a failed connect the state is true", FamilyChecks::second));
  }

  private static String connections(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server =
          loops.serve(KQueueFfmServerSocketChannel.class, Bench.loopback(0), Echo::new);
      List<ChannelFuture> connects = new ArrayList<>();
      List<Collector> collectors = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        Collector collector = new Collector();
        collectors.add(collector);
        connects.add(
            loops.client(KQueueFfmSocketChannel.class, collector).connect(server.localAddress()));
      }
      Set<SocketAddress> addresses = new HashSet<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        Channel client = Loops.await(connects.get(i));
        SocketAddress address = client.localAddress();
        Deviation.unless(addresses.add(address), address + " belongs to two open connections");
        client.writeAndFlush(text(number(i)));
      }
      for (int i = 0; i < CONNECTIONS; i++) {
        String back = collectors.get(i).awaitBytes(3).toString(StandardCharsets.US_ASCII);
        Deviation.unless(back.equals(number(i)), "connection " + i + " answered " + back);
      }
      return CONNECTIONS + " with as many addresses";
    }
  }

  private static String number(int i) {
    return String.format(Locale.ROOT, "%03d", i);
  }

  private static InetSocketAddress loopback6(Bench bench) {
    if (IpStack.of(bench.kernel()) == IpStack.IPV4_ONLY) {
      throw new NotOffered("no IPv6 here, or java.net.preferIPv4Stack is set");
    }
    return new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
  }

  private static String client4(Bench bench) throws Exception {
    return client(Bench.loopback(0));
  }

  private static String client6(Bench bench) throws Exception {
    return client(loopback6(bench));
  }

  private static String client(InetSocketAddress loopback) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server = loops.serve(KQueueFfmServerSocketChannel.class, loopback, Echo::new);
      Collector collector = new Collector();
      Channel client =
          Loops.await(
              loops
                  .client(KQueueFfmSocketChannel.class, collector)
                  .connect(server.localAddress(), new InetSocketAddress(0)));
      client.writeAndFlush(text("ping"));
      String back = collector.awaitBytes(4).toString(StandardCharsets.US_ASCII);
      Deviation.unless(back.equals("ping"), "it answered " + back);
      return client.localAddress() + " to " + client.remoteAddress();
    }
  }

  private static String options(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      StringBuilder seen = new StringBuilder();
      for (InetSocketAddress loopback : List.of(Bench.loopback(0), loopback6(bench))) {
        Channel server = loops.serve(KQueueFfmServerSocketChannel.class, loopback, Echo::new);
        Channel client =
            Loops.await(
                loops
                    .client(KQueueFfmSocketChannel.class, new Collector())
                    .option(ChannelOption.SO_KEEPALIVE, true)
                    .option(ChannelOption.SO_LINGER, 7)
                    .option(ChannelOption.IP_TOS, 0x10)
                    .connect(server.localAddress()));
        String values =
            "SO_KEEPALIVE "
                + client.config().getOption(ChannelOption.SO_KEEPALIVE)
                + ", TCP_NODELAY "
                + client.config().getOption(ChannelOption.TCP_NODELAY)
                + ", SO_LINGER "
                + client.config().getOption(ChannelOption.SO_LINGER)
                + ", IP_TOS "
                + client.config().getOption(ChannelOption.IP_TOS);
        Deviation.unless(
            values.equals("SO_KEEPALIVE true, TCP_NODELAY true, SO_LINGER 7, IP_TOS 16"),
            loopback + ": " + values);
        seen.append(seen.isEmpty() ? "" : ", ").append(loopback.getAddress());
      }
      return seen.toString();
    }
  }

  private static String udp4(Bench bench) throws Exception {
    return udp(Bench.loopback(0));
  }

  private static String udp6(Bench bench) throws Exception {
    return udp(loopback6(bench));
  }

  private static String udp(InetSocketAddress loopback) throws Exception {
    try (Loops loops = new Loops()) {
      Letters atServer = new Letters();
      Letters atClient = new Letters();
      Channel server =
          Loops.await(loops.client(KQueueFfmDatagramChannel.class, atServer).bind(loopback));
      Channel client =
          Loops.await(
              loops
                  .client(KQueueFfmDatagramChannel.class, atClient)
                  .bind(new InetSocketAddress(0)));
      int port = ((InetSocketAddress) client.localAddress()).getPort();
      Loops.await(client.connect(server.localAddress()));
      InetSocketAddress local = (InetSocketAddress) client.localAddress();
      Deviation.unless(local.getPort() == port, "the port " + port + " became " + local);
      Loops.await(client.writeAndFlush(text("ping")));
      atServer.expect("ping");
      Loops.await(server.writeAndFlush(new DatagramPacket(text("pong"), local)));
      atClient.expect("pong");
      return local + " to " + client.remoteAddress();
    }
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private static String wildcard(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Letters letters = new Letters();
      Channel server =
          Loops.await(
              loops.client(KQueueFfmDatagramChannel.class, letters).bind(Bench.loopback(0)));
      Channel client =
          Loops.await(
              loops.client(KQueueFfmDatagramChannel.class, new Letters()).bind(Bench.loopback(0)));
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      InetSocketAddress any = new InetSocketAddress("0.0.0.0", port);
      Loops.await(client.writeAndFlush(new DatagramPacket(text("hello"), any)));
      letters.expect("hello");
      return any + " is " + server.localAddress();
    }
  }

  private static String unreachable(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Letters letters = new Letters();
      Channel gone =
          Loops.await(
              loops.client(KQueueFfmDatagramChannel.class, new Letters()).bind(Bench.loopback(0)));
      SocketAddress address = gone.localAddress();
      Loops.await(gone.close());
      Channel client =
          Loops.await(loops.client(KQueueFfmDatagramChannel.class, letters).connect(address));
      ChannelFuture sent = client.writeAndFlush(text("anyone?"));
      sent.awaitUninterruptibly(Loops.SECONDS, TimeUnit.SECONDS);
      Throwable failure = letters.failure();
      Deviation.unless(failure instanceof PortUnreachableException, "it is reported as " + failure);
      return failure.getMessage();
    }
  }

  private static String second(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Letters letters = new Letters();
      Channel server =
          Loops.await(
              loops.client(KQueueFfmDatagramChannel.class, letters).bind(Bench.loopback(0)));
      KQueueFfmDatagramChannel client =
          (KQueueFfmDatagramChannel)
              Loops.await(
                  loops
                      .client(KQueueFfmDatagramChannel.class, new Letters())
                      .connect(server.localAddress()));
      ChannelFuture broadcast = client.connect(new InetSocketAddress("255.255.255.255", 9));
      broadcast.awaitUninterruptibly(Loops.SECONDS, TimeUnit.SECONDS);
      if (broadcast.isSuccess()) {
        throw new NotOffered("a connect to the broadcast address does not fail");
      }
      ChannelFuture sent = client.writeAndFlush(text("still?"));
      sent.awaitUninterruptibly(Loops.SECONDS, TimeUnit.SECONDS);
      Deviation.unless(
          sent.isSuccess() == client.isConnected(),
          "it is connected: " + client.isConnected() + ", but sending: " + sent.cause());
      if (client.isConnected()) {
        letters.expect("still?");
      }
      return broadcast.cause().getMessage() + ", then to " + client.remoteAddress();
    }
  }

  /** Keeps the texts and the failures of a datagram channel. */
  private static final class Letters extends ChannelInboundHandlerAdapter {
    private final LinkedBlockingQueue<Object> seen = new LinkedBlockingQueue<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      seen.add(packet.content().toString(StandardCharsets.US_ASCII));
      packet.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      seen.add(cause);
    }

    void expect(String text) throws InterruptedException {
      Object next = seen.poll(Loops.SECONDS, TimeUnit.SECONDS);
      Deviation.unless(text.equals(next), "there came " + next + " in place of " + text);
    }

    Throwable failure() throws InterruptedException {
      return seen.poll(Loops.SECONDS, TimeUnit.SECONDS) instanceof Throwable failure
          ? failure
          : null;
    }
  }
}
