package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.channel.KQueueFfmTcpInfo.State;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What this machine's kernel reports about connections over the loopback. */
@Tag("real")
@Needs(SystemPromise.TCP_INFO)
class RealTcpInfoTest {
  private static final int BYTES = 100_000;

  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private final Received received = new Received();

  private Channel server() throws InterruptedException {
    return loop.server(KQueueFfmServerSocketChannel.class, new EchoHandler())
        .bind(LoopExtension.anyPort())
        .sync()
        .channel();
  }

  private KQueueFfmSocketChannel client(Channel server) throws InterruptedException {
    Bootstrap bootstrap =
        loop.client(KQueueFfmSocketChannel.class, received)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true);
    return (KQueueFfmSocketChannel) bootstrap.connect(server.localAddress()).sync().channel();
  }

  private static void assertPlausible(KQueueFfmTcpInfo info) {
    assertThat(info.state()).as("%s", info).contains(State.ESTABLISHED);
    long mss = info.mss().orElseThrow();
    assertThat(mss).as("%s", info).isBetween(216L, 65_535L);
    assertThat(info.congestionWindow().orElseThrow()).as("%s", info).isBetween(mss, 1L << 32);
    // Over the loopback, on a machine that has other work.
    info.rttMicros()
        .ifPresent(
            rtt -> assertThat(rtt).as("%s", info).isBetween(0L, TimeUnit.SECONDS.toMicros(10)));
    info.rttvarMicros()
        .ifPresent(rttvar ->
            assertThat(rttvar).as("%s", info).isBetween(0L, TimeUnit.SECONDS.toMicros(10)));
    info.retransmits().ifPresent(count -> assertThat(count).as("%s", info).isBetween(0L, 1_000L));
  }

  @Test
  void establishedConnectionIsReportedWithWhatItExchanged() throws Exception {
    Channel server = server();
    KQueueFfmSocketChannel client = client(server);
    assertPlausible(client.tcpInfo());
    client.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES])).sync();
    received.awaitBytes(BYTES);
    KQueueFfmTcpInfo info = client.eventLoop().submit(client::tcpInfo).get();
    assertPlausible(info);
    // A retransmission sends some of them again.
    info.bytesSent()
        .ifPresent(sent -> assertThat(sent).as("%s", info).isBetween((long) BYTES, 2L * BYTES));
    info.bytesReceived()
        .ifPresent(count -> assertThat(count).as("%s", info).isBetween((long) BYTES, 2L * BYTES));
    client.close().sync();
    server.close().sync();
  }

  @Test
  @Needs(SystemPromise.LINUX_OPTIONS)
  void linuxReportsEverything() throws Exception {
    Channel server = server();
    KQueueFfmSocketChannel client = client(server);
    client.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES])).sync();
    received.awaitBytes(BYTES);
    KQueueFfmTcpInfo info = client.tcpInfo();
    assertThat(info.rttMicros().orElseThrow()).as("%s", info).isPositive();
    assertThat(info.rttvarMicros().orElseThrow()).as("%s", info).isPositive();
    assertThat(info.retransmits()).as("%s", info).isPresent();
    assertThat(info.bytesSent().orElseThrow()).as("%s", info).isGreaterThanOrEqualTo(BYTES);
    assertThat(info.bytesReceived()).as("%s", info).hasValue(BYTES);
    client.close().sync();
    server.close().sync();
  }

  /** A client and its accepted peer, both with half-closure. */
  private record Pair(Channel server, KQueueFfmSocketChannel client, KQueueFfmSocketChannel peer)
      implements AutoCloseable {

    @Override
    public void close() {
      peer.close().syncUninterruptibly();
      client.close().syncUninterruptibly();
      server.close().syncUninterruptibly();
    }
  }

  private Pair pair() throws Exception {
    Received accepted = new Received();
    Channel server =
        loop.server(KQueueFfmServerSocketChannel.class, accepted)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    KQueueFfmSocketChannel client = client(server);
    return new Pair(server, client, (KQueueFfmSocketChannel) accepted.channel());
  }

  @Test
  void stateFollowsTheEndsOfTheConnection() throws Exception {
    try (Pair pair = pair()) {
      pair.client.shutdownOutput().sync();
      LoopExtension.await("the peer has the end", pair.peer::isInputShutdown);
      assertThat(pair.peer.tcpInfo().state()).contains(State.CLOSE_WAIT);
      LoopExtension.await(
          "the end is acknowledged",
          () -> pair.client.tcpInfo().state().orElseThrow() == State.FIN_WAIT_2);
    }
  }

  @Test
  @Needs(SystemPromise.LINUX_OPTIONS)
  void linuxCountsThePeersEndAsAByte() throws Exception {
    try (Pair pair = pair()) {
      assertThat(pair.peer.tcpInfo().bytesReceived()).hasValue(0);
      pair.client.shutdownOutput().sync();
      LoopExtension.await("the peer has the end", pair.peer::isInputShutdown);
      assertThat(pair.peer.tcpInfo().bytesReceived()).hasValue(1);
    }
  }

  @Test
  void channelThatIsNotConnectedIsClosedForTcp() throws Exception {
    KQueueFfmSocketChannel client =
        (KQueueFfmSocketChannel)
            loop.client(KQueueFfmSocketChannel.class).register().sync().channel();
    assertThat(client.tcpInfo().state()).contains(State.CLOSED);
    client.close().sync();
    assertThatThrownBy(client::tcpInfo)
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("the channel is closed")
        .hasCauseInstanceOf(ClosedChannelException.class);
  }
}
