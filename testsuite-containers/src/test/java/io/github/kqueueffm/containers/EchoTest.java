package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/**
 * One server program and one client, with this transport on either side of a container's wall and
 * on both.
 */
@NeedsDocker
@ParameterizedClass(name = "{0}")
@EnumSource(Pair.class)
class EchoTest {
  private static final int[] MESSAGES = {1, 2, 1_000, 65_537, 1 << 20, 16 << 20};

  /** More than all the buffers on the way there and back hold. */
  private static final long ENDLESS = 256L << 20;

  private static Network network;
  private static GenericContainer<?> server;
  private static Client client;

  @Parameter private Pair pair;

  @BeforeParameterizedClassInvocation
  static void start(Pair pair) {
    network = Network.newNetwork();
    server = Programs.echoServer(pair.server(), network);
    server.start();
    client = new Client(pair.client());
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    client.close();
    server.stop();
    network.close();
  }

  @Test
  void bothSidesRunOnTheTransportThatWasChosen() throws Exception {
    assertThat(server.getLogs())
        .contains(" " + pair.server().server().getSimpleName() + " ")
        .contains(" " + pair.server().datagram().getSimpleName() + " ");
    assertThat(client.connect(echo())).isInstanceOf(pair.client().socket());
  }

  @Test
  void messagesOfAnySizeComeBack() throws Exception {
    exchangeAll(client.connect(echo()));
  }

  @Test
  void messagesOfAnySizeComeBackThroughTls() throws Exception {
    SslContext context = Certificates.client();
    SslHandler tls = context.newHandler(Unpooled.EMPTY_BUFFER.alloc());
    Channel channel = client.connect(Published.tcp(server, EchoServer.TLS_PORT), tls);
    tls.handshakeFuture().sync();
    exchangeAll(channel);
  }

  private static void exchangeAll(Channel channel) throws Exception {
    for (int bytes : MESSAGES) {
      EchoStream.exchange(channel, bytes).get(60, TimeUnit.SECONDS);
    }
    channel.close().sync();
  }

  @Test
  void twoHundredConnectionsAreServedAtOnce() throws Exception {
    List<Channel> channels = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      channels.add(client.connect(echo()));
    }
    for (int bytes : new int[] {1, 20_000, 100_000}) {
      CompletableFuture.allOf(
              channels.stream()
                  .map(channel -> EchoStream.exchange(channel, bytes))
                  .toArray(CompletableFuture<?>[]::new))
          .get(60, TimeUnit.SECONDS);
    }
    assertThat(channels).allMatch(Channel::isActive);
    for (Channel channel : channels) {
      channel.close().sync();
    }
  }

  @Test
  void everythingComesBackAfterTheOutputWasShut() throws Exception {
    EchoStream stream = EchoStream.of(3 << 20);
    Channel channel = client.connect(echo(), stream);
    Eventually.holds(
        "all is written", () -> stream.sent() == 3 << 20 && stream.outstandingWrites() == 0);
    ((DuplexChannel) channel).shutdownOutput().sync();
    stream.done().get(60, TimeUnit.SECONDS);
    assertThat(channel.closeFuture().await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void slowReaderHoldsTheServerBackAndGetsEveryByte() throws Exception {
    EchoStream stream = EchoStream.of(ENDLESS);
    Channel channel =
        Client.connect(
            client
                .bootstrap()
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_RCVBUF, 32 * 1024)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(8 * 1024)),
            echo(),
            stream);
    Eventually.standsStill("what is sent while nobody reads", stream::sent);
    long sent = stream.sent();
    assertThat(sent).isLessThan(ENDLESS);
    assertThat(stream.outstandingWrites()).isPositive();
    assertThat(stream.echoed()).isZero();
    for (int i = 0; i < 100; i++) {
      long before = stream.echoed();
      channel.read();
      Eventually.holds("the read of a little", () -> stream.echoed() > before);
    }
    assertThat(stream.echoed()).isLessThan(sent);
    channel.config().setAutoRead(true);
    Eventually.holds("all that was sent came back", () -> stream.echoed() >= sent);
    channel.close().sync();
  }

  @Test
  void streamStopsWithThePausedContainerAndGoesOnWithIt() throws Exception {
    EchoStream stream = EchoStream.of(ENDLESS);
    Channel channel =
        Client.connect(client.bootstrap().option(ChannelOption.AUTO_READ, false), echo(), stream);
    Eventually.standsStill("what is sent while nobody reads", stream::sent);
    DockerClientFactory.lazyClient().pauseContainerCmd(server.getContainerId()).exec();
    try {
      channel.config().setAutoRead(true);
      Eventually.holds("what was on its way comes back", () -> stream.echoed() > 0);
      Eventually.standsStill("what comes back from the paused container", stream::echoed);
      assertThat(channel.isActive()).isTrue();
      assertThat(stream.echoed()).isLessThan(stream.sent());
    } finally {
      DockerClientFactory.lazyClient().unpauseContainerCmd(server.getContainerId()).exec();
    }
    stream.finish(channel);
    stream.done().get(60, TimeUnit.SECONDS);
    channel.close().sync();
  }

  @Test
  void datagramsOfAnySizeComeBack() throws Exception {
    InetSocketAddress address = Published.udp(server, EchoServer.DATAGRAM_PORT);
    Datagrams datagrams = new Datagrams();
    Channel channel =
        client
            .datagrams()
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(65_535))
            .handler(datagrams)
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    for (int bytes : new int[] {1, 512, 1_472, 9_000, 60_000}) {
      datagrams.exchange(channel, address, bytes);
    }
    channel.close().sync();
  }

  private static InetSocketAddress echo() {
    return Published.tcp(server, EchoServer.ECHO_PORT);
  }

  /** Sends a datagram until it comes back, since one may be lost. */
  private static final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
    private static final int TRIES = 20;

    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      ByteBuf content = packet.content();
      int bytes = content.readableBytes();
      String complaint = Pattern.complaint(content, bytes);
      answers.add(complaint == null ? Integer.toString(bytes) : complaint);
    }

    void exchange(Channel channel, InetSocketAddress address, int bytes) throws Exception {
      String answer = null;
      for (int tries = 0; tries < TRIES && !Integer.toString(bytes).equals(answer); tries++) {
        ByteBuf content = Pattern.bytes(channel.alloc(), bytes, bytes);
        channel.writeAndFlush(new DatagramPacket(content, address)).sync();
        answer = answers.poll(2, TimeUnit.SECONDS);
      }
      assertThat(answer).isEqualTo(Integer.toString(bytes));
    }
  }
}
