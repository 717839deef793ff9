package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.channel.KQueueFfmChannelOption;
import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainDatagramChannel;
import io.github.kqueueffm.syscall.Memory;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.UncheckedBooleanSupplier;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Datagrams over Netty's channels. */
final class DatagramChecks {
  private static final String GROUP = "channels";

  /** More datagrams than the receive buffer of a local socket holds on any system. */
  private static final int MANY = 2_000;

  private static final int TRAFFIC_CLASS = 0x10;

  /** More bytes than a UDP packet can have. */
  private static final int TOO_LONG = 70_000;

  private DatagramChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "UDP: datagrams come back, from the right sender", DatagramChecks::udp),
        new Check(GROUP, "UDP: the address that was sent to is told", DatagramChecks::recipient),
        new Check(
            GROUP,
            "UDP: a receive buffer without room makes up no datagram",
            DatagramChecks::noRoom),
        new Check(
            GROUP,
            "UDP: of one flush only the datagram fails that cannot be sent",
            DatagramChecks::oneFails),
        new Check(GROUP, "UDP: several come in one buffer, each as sent", DatagramChecks::several),
        new Check(
            GROUP,
            "UDP: a group is joined and left without an interface",
            DatagramChecks::groupWithoutInterface),
        new Check(
            GROUP,
            "UDP: IP_TOS of the default channel holds for IPv4, or is answered with false",
            DatagramChecks::trafficClass),
        new Check(
            GROUP, "UDP: two channels share a port by SO_REUSEADDR", DatagramChecks::sharedPort),
        new Check(
            GROUP,
            "UDP: a descriptor that is not bound is an active channel, and sends",
            DatagramChecks::unbound),
        new Check(GROUP, "local datagrams come, from the right sender", DatagramChecks::local),
        new Check(
            GROUP,
            "a local datagram to a path that is not there fails as a file that is not found",
            DatagramChecks::missingReceiver),
        new Check(
            GROUP,
            "local datagrams wait for a receiver that is full",
            bench -> fullReceiver(bench, false)),
        new Check(
            GROUP,
            "local datagrams of a connected sender wait for a receiver that is full",
            bench -> fullReceiver(bench, true)));
  }

  private static String udp(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Received atServer = new Received();
      Received atClient = new Received();
      Channel server = udp(loops, Bench.loopback(0), atServer);
      Channel client = udp(loops, Bench.loopback(0), atClient);
      InetSocketAddress clientAddress = (InetSocketAddress) client.localAddress();
      for (String text : List.of("one", "", "three")) {
        send(client, text, (InetSocketAddress) server.localAddress());
        atServer.expect(text, clientAddress);
        send(server, text, clientAddress);
        atClient.expect(text, server.localAddress());
      }
      return "3 there and back, one of them empty";
    }
  }

  private static Channel udp(Loops loops, SocketAddress address, Received received) {
    return bind(loops.client(KQueueFfmDatagramChannel.class, received), address);
  }

  private static Channel bind(Bootstrap bootstrap, SocketAddress address) {
    return Loops.await(bootstrap.bind(address));
  }

  private static void send(Channel from, String text, InetSocketAddress to) {
    Loops.await(from.writeAndFlush(packet(text, to)));
  }

  private static DatagramPacket packet(String text, InetSocketAddress to) {
    return new DatagramPacket(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), to);
  }

  private static String unbound(Bench bench) throws Exception {
    int fd =
        bench.kernel().socket(bench.number(Constant.AF_INET), bench.number(Constant.SOCK_DGRAM), 0);
    Deviation.unless(fd >= 0, "socket: " + fd);
    try (Loops loops = new Loops()) {
      Received received = new Received();
      Channel server = udp(loops, Bench.loopback(0), received);
      Channel client =
          Loops.await(
              loops.client(() -> new KQueueFfmDatagramChannel(fd), new Received()).register());
      Deviation.unless(client.isActive(), "the channel is not active");
      send(client, "unbound", (InetSocketAddress) server.localAddress());
      int port = ((InetSocketAddress) client.localAddress()).getPort();
      received.expect("unbound", Bench.loopback(port));
      return "active, and its first datagram bound it to a port";
    }
  }

  private static String oneFails(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Received received = new Received();
      InetSocketAddress server =
          (InetSocketAddress) udp(loops, Bench.loopback(0), received).localAddress();
      Channel client = udp(loops, Bench.loopback(0), new Received());
      List<ChannelFuture> sent = new ArrayList<>();
      sent.add(client.write(packet("one", server)));
      ByteBuf tooLong = Unpooled.directBuffer().writeZero(TOO_LONG);
      ChannelFuture lost = client.write(new DatagramPacket(tooLong, server));
      for (String text : List.of("two", "three", "four")) {
        sent.add(client.write(packet(text, server)));
      }
      client.flush();
      sent.forEach(Loops::await);
      // An error that stays in the socket would fail the next flush.
      send(client, "five", server);
      for (String text : List.of("one", "two", "three", "four", "five")) {
        received.expect(text, client.localAddress());
      }
      Deviation.unless(lost.cause() != null, TOO_LONG + " bytes were sent as one datagram");
      return "" + lost.cause().getMessage();
    }
  }

  private static String several(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Received received = new Received();
      Channel server =
          bind(
              loops
                  .client(KQueueFfmDatagramChannel.class, received)
                  .option(ChannelOption.AUTO_READ, false)
                  .option(KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 16)
                  .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(16 * 4)),
              Bench.loopback(0));
      Channel client = udp(loops, Bench.loopback(0), new Received());
      for (int i = 0; i < 6; i++) {
        send(client, "" + i, (InetSocketAddress) server.localAddress());
      }
      server.config().setAutoRead(true);
      for (int i = 0; i < 6; i++) {
        received.expect("" + i, client.localAddress());
      }
      return "6 in buffers for 4";
    }
  }

  private static String trafficClass(Bench bench) {
    try (Loops loops = new Loops()) {
      Channel server = udp(loops, Bench.loopback(0), new Received());
      KQueueFfmDatagramChannel channel = new KQueueFfmDatagramChannel();
      loops.register(channel);
      boolean set = channel.config().setOption(ChannelOption.IP_TOS, TRAFFIC_CLASS);
      Loops.await(channel.connect(server.localAddress()));
      if (!set) {
        return "false";
      }
      long memory = bench.memory(2 * Integer.BYTES);
      Memory.putInt(memory + Integer.BYTES, Integer.BYTES);
      int level = bench.number(Constant.IPPROTO_IP);
      int option = bench.number(Constant.IP_TOS);
      int fd = channel.fd().intValue();
      int result = bench.kernel().getsockopt(fd, level, option, memory, memory + Integer.BYTES);
      Deviation.unless(
          result == 0 && Memory.getInt(memory) == TRAFFIC_CLASS,
          "it is true, but IPv4 does not have the value");
      return "true";
    }
  }

  private static String sharedPort(Bench bench) {
    try (Loops loops = new Loops()) {
      Bootstrap sharing =
          loops
              .client(KQueueFfmDatagramChannel.class, new Sharable())
              .option(ChannelOption.SO_REUSEADDR, true);
      Channel first = bind(sharing, Bench.loopback(0));
      Channel second = bind(sharing, first.localAddress());
      Deviation.unless(
          second.localAddress().equals(first.localAddress()), "it is at " + second.localAddress());
      return "" + first.localAddress();
    }
  }

  @ChannelHandler.Sharable
  private static final class Sharable extends ChannelInboundHandlerAdapter {}

  private static String groupWithoutInterface(Bench bench) throws Exception {
    InetAddress group = InetAddress.ofLiteral("239.255.77.1");
    joinByTheOldOption(bench, group);
    try (Loops loops = new Loops()) {
      DatagramChannel channel = new KQueueFfmDatagramChannel(SocketProtocolFamily.INET);
      loops.register(channel);
      Loops.await(channel.bind(new InetSocketAddress(0)));
      Loops.await(channel.joinGroup(group));
      Loops.await(channel.leaveGroup(group));
      return "" + group;
    }
  }

  /** If IP_ADD_MEMBERSHIP with INADDR_ANY fails too, the machine lacks a route for the group. */
  private static void joinByTheOldOption(Bench bench, InetAddress group) throws IOException {
    int fd = bench.socket(Constant.AF_INET, Constant.SOCK_DGRAM).fd();
    byte[] address = group.getAddress();
    // struct ip_mreq: the group and the address of an interface, which stays 0.
    long request = bench.memory(2L * address.length);
    Memory.putInt(request + address.length, 0);
    Memory.copy(address, 0, request, address.length);
    int level = bench.number(Constant.IPPROTO_IP);
    int option = bench.number(Constant.IP_ADD_MEMBERSHIP);
    int result = bench.kernel().setsockopt(fd, level, option, request, 2 * address.length);
    if (result < 0) {
      throw new NotOffered("IP_ADD_MEMBERSHIP of " + group + " fails too: " + bench.result(result));
    }
  }

  private static String recipient(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Received received = new Received();
      Channel server =
          bind(
              loops
                  .client(KQueueFfmDatagramChannel.class, received)
                  .option(KQueueFfmChannelOption.IP_RECVDSTADDR, true),
              new InetSocketAddress(0));
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      Channel client = udp(loops, Bench.loopback(0), new Received());
      send(client, "hello", Bench.loopback(port));
      InetSocketAddress recipient =
          (InetSocketAddress) received.expect("hello", client.localAddress());
      InetAddress address = recipient.getAddress();
      if (address.isAnyLocalAddress()) {
        throw new NotOffered("it is told as the wildcard address");
      }
      Deviation.unless(Bench.loopback(port).equals(recipient), "it is reported as " + recipient);
      return recipient.toString();
    }
  }

  private static String noRoom(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Received received = new Received();
      Channel server =
          bind(
              loops
                  .client(KQueueFfmDatagramChannel.class, received)
                  .option(ChannelOption.RECVBUF_ALLOCATOR, new NoRoom()),
              Bench.loopback(0));
      Channel client = udp(loops, Bench.loopback(0), new Received());
      for (String text : List.of("one", "two", "three")) {
        send(client, text, (InetSocketAddress) server.localAddress());
        received.expect("", client.localAddress());
      }
      // A datagram that was not sent would come in the same read as the last one.
      server.eventLoop().submit(() -> {}).sync();
      received.expectNoMore();
      return "3 sent, 3 received";
    }
  }

  /** Allocates buffers of 0 bytes. */
  private static final class NoRoom extends DefaultMaxMessagesRecvByteBufAllocator {
    NoRoom() {
      super(16);
    }

    @Override
    @SuppressWarnings("deprecation") // The type that Netty's interface has.
    public Handle newHandle() {
      return new MaxMessageHandle() {
        private int left;

        @Override
        public int guess() {
          return 0;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
          // Netty's handle ends a read after 0 bytes.
          return left-- > 0;
        }

        @Override
        public void reset(ChannelConfig config) {
          super.reset(config);
          left = 16;
        }
      };
    }
  }

  private static String local(Bench bench) throws Exception {
    String folder = bench.folder().toString();
    DomainSocketAddress address = new DomainSocketAddress(folder + "/server");
    try (Loops loops = new Loops()) {
      Received received = new Received();
      bind(loops.client(KQueueFfmDomainDatagramChannel.class, received), address);
      Channel client =
          bind(
              loops.client(KQueueFfmDomainDatagramChannel.class, new Received()),
              new DomainSocketAddress(folder + "/client"));
      Loops.await(
          client.writeAndFlush(
              new DomainDatagramPacket(
                  Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII), address)));
      received.expect("hello", client.localAddress());
      return "from " + client.localAddress();
    }
  }

  private static String missingReceiver(Bench bench) throws Exception {
    String folder = bench.folder().toString();
    try (Loops loops = new Loops()) {
      Channel client =
          bind(
              loops.client(KQueueFfmDomainDatagramChannel.class, new Received()),
              new DomainSocketAddress(folder + "/client"));
      ChannelFuture sent =
          client.writeAndFlush(
              new DomainDatagramPacket(
                  Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII),
                  new DomainSocketAddress(folder + "/missing")));
      Deviation.unless(
          sent.awaitUninterruptibly(Loops.SECONDS, TimeUnit.SECONDS)
              && sent.cause() instanceof FileNotFoundException,
          "the write ended with " + sent.cause());
      return sent.cause().getMessage();
    }
  }

  private static String fullReceiver(Bench bench, boolean connected) throws Exception {
    String folder = bench.folder().toString();
    DomainSocketAddress address = new DomainSocketAddress(folder + "/slow");
    try (Loops loops = new Loops()) {
      Received received = new Received();
      Bootstrap slow = loops.client(KQueueFfmDomainDatagramChannel.class, received);
      Channel receiver = bind(slow.option(ChannelOption.AUTO_READ, false), address);
      Channel sender =
          bind(
              loops.client(KQueueFfmDomainDatagramChannel.class, new Received()),
              new DomainSocketAddress(folder + "/fast"));
      if (connected) {
        Loops.await(sender.connect(address));
      }
      List<ChannelFuture> sent = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        ByteBuf content = Unpooled.copiedBuffer("" + i, StandardCharsets.US_ASCII);
        sent.add(sender.write(connected ? content : new DomainDatagramPacket(content, address)));
      }
      sender.flush();
      receiver.config().setAutoRead(true);
      for (int i = 0; i < MANY; i++) {
        received.expect("" + i, sender.localAddress());
        Loops.await(sent.get(i));
      }
      return MANY + " written at once came in their order";
    }
  }

  /** Keeps the datagrams that a channel reads. */
  private static final class Received extends ChannelInboundHandlerAdapter {
    private final LinkedBlockingQueue<AddressedEnvelope<?, ?>> packets =
        new LinkedBlockingQueue<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      packets.add((AddressedEnvelope<?, ?>) message);
    }

    void expectNoMore() {
      Deviation.unless(packets.isEmpty(), "there are " + packets.size() + " more");
    }

    /** Waits for a datagram; returns its recipient. */
    SocketAddress expect(String text, SocketAddress sender) throws InterruptedException {
      AddressedEnvelope<?, ?> packet = packets.poll(Loops.SECONDS, TimeUnit.SECONDS);
      Deviation.unless(packet != null, "no datagram within " + Loops.SECONDS + " s");
      try {
        String content = ((ByteBuf) packet.content()).toString(StandardCharsets.US_ASCII);
        Deviation.unless(
            content.equals(text) && sender.equals(packet.sender()),
            "\""
                + content
                + "\" from "
                + packet.sender()
                + ", not \""
                + text
                + "\" from "
                + sender);
        return packet.recipient();
      } finally {
        ReferenceCountUtil.release(packet);
      }
    }
  }
}
