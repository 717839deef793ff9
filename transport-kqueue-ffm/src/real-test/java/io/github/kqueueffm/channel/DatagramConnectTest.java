package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramChannelTest.packet;
import static io.github.kqueueffm.channel.DatagramChannelTest.text;
import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK4;
import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK6;
import static io.github.kqueueffm.channel.DatagramFixture.loopback;
import static io.github.kqueueffm.channel.DatagramFixture.settle;
import static io.github.kqueueffm.channel.DatagramFixture.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connected datagram sockets, and their way back. */
@Tag("real")
final class DatagramConnectTest {

  private static KQueueFfmDatagramChannel connected(
      DatagramFixture fixture, Inbox inbox, InetSocketAddress remote) {
    return (KQueueFfmDatagramChannel)
        fixture
            .bootstrap(SocketProtocolFamily.INET, inbox)
            .connect(remote)
            .syncUninterruptibly()
            .channel();
  }

  @Test
  void connectedChannelExchangesWithItsPeerOnly() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox server = new Inbox.Echo();
      Inbox client = new Inbox();
      KQueueFfmDatagramChannel serving = fixture.local(server);
      KQueueFfmDatagramChannel asking = connected(fixture, client, to(serving));
      KQueueFfmDatagramChannel stranger = fixture.local(new Inbox());
      assertThat(asking.isConnected()).isTrue();
      assertThat(asking.isActive()).isTrue();
      assertThat(asking.remoteAddress()).isEqualTo(to(serving));
      assertThat(asking.localAddress().getAddress()).isEqualTo(LOOPBACK4);
      stranger.writeAndFlush(packet("noise", asking.localAddress())).sync();
      asking.writeAndFlush(text("plain")).sync();
      asking.writeAndFlush(packet("addressed", to(serving))).sync();
      asking.writeAndFlush(Unpooled.EMPTY_BUFFER).sync();
      for (String text : new String[] {"plain", "addressed", ""}) {
        assertThat(server.text()).isEqualTo(text);
        assertThat(client.letter())
            .isEqualTo(new Inbox.Letter(text, to(serving), asking.localAddress()));
      }
    }
  }

  @Test
  void connectFiresActiveOnceAndOnBoundChannelNotAgain() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel serving = fixture.local(new Inbox());
      Inbox fresh = new Inbox();
      settle(connected(fixture, fresh, to(serving)));
      assertThat(fresh.activations).hasValue(1);
      Inbox bound = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(bound);
      channel.connect(to(serving)).sync();
      settle(channel);
      assertThat(bound.activations).hasValue(1);
    }
  }

  @Test
  void localAddressBecomesTheOneTowardsThePeer() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel serving = fixture.local(new Inbox());
      KQueueFfmDatagramChannel channel =
          fixture.bind(SocketProtocolFamily.INET, new InetSocketAddress("0.0.0.0", 0), new Inbox());
      int port = channel.localAddress().getPort();
      assertThat(channel.localAddress().getAddress().isAnyLocalAddress()).isTrue();
      channel.connect(to(serving)).sync();
      assertThat(channel.localAddress()).isEqualTo(loopback(port));
      channel.disconnect().sync();
      assertThat(channel.localAddress().getPort()).isEqualTo(port);
      assertThat(channel.localAddress().getAddress().isAnyLocalAddress()).isTrue();
    }
  }

  @Test
  void socketsOfBothFamiliesSpeakIpv4Connected() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox server = new Inbox.Echo();
      Inbox client = new Inbox();
      InetSocketAddress any = new InetSocketAddress(0);
      KQueueFfmDatagramChannel serving = fixture.bind(null, any, server);
      KQueueFfmDatagramChannel asking = fixture.bind(null, any, client);
      asking.connect(to(serving)).sync();
      asking.writeAndFlush(text("one")).sync();
      assertThat(server.letter())
          .isEqualTo(new Inbox.Letter("one", asking.localAddress(), serving.localAddress()));
      assertThat(client.letter())
          .isEqualTo(new Inbox.Letter("one", to(serving), asking.localAddress()));
    }
  }

  @Test
  void connectMayBind() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel serving = fixture.local(inbox);
      KQueueFfmDatagramChannel channel =
          (KQueueFfmDatagramChannel)
              fixture
                  .bootstrap(SocketProtocolFamily.INET, new Inbox())
                  .connect(to(serving), loopback(0))
                  .sync()
                  .channel();
      channel.writeAndFlush(text("hello")).sync();
      assertThat(inbox.letter().sender()).isEqualTo(channel.localAddress());
    }
  }

  /** Linux forgets a port that it chose, whether bind or connect made it choose. */
  @Test
  void disconnectKeepsThePortAndReceivesFromAll() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel serving = fixture.local(new Inbox());
      KQueueFfmDatagramChannel stranger = fixture.local(new Inbox());
      Inbox chosenByBind = new Inbox();
      Inbox chosenByConnect = new Inbox();
      KQueueFfmDatagramChannel bound = fixture.local(chosenByBind);
      bound.connect(to(serving)).sync();
      KQueueFfmDatagramChannel unbound = connected(fixture, chosenByConnect, to(serving));
      for (KQueueFfmDatagramChannel channel : new KQueueFfmDatagramChannel[] {bound, unbound}) {
        int port = channel.localAddress().getPort();
        channel.disconnect().sync();
        assertThat(channel.isConnected()).isFalse();
        assertThat(channel.remoteAddress()).isNull();
        assertThat(channel.isActive()).as("still bound").isTrue();
        assertThat(channel.localAddress().getPort()).isEqualTo(port);
        stranger.writeAndFlush(packet("for " + port, loopback(port))).sync();
        Inbox inbox = channel == bound ? chosenByBind : chosenByConnect;
        assertThat(inbox.letter().sender()).isEqualTo(stranger.localAddress());
        assertThat(channel.writeAndFlush(text("to whom?")).await().cause())
            .isInstanceOf(NotYetConnectedException.class);
        channel.writeAndFlush(packet("addressed", to(stranger))).sync();
      }
    }
  }

  @Test
  void disconnectKeepsThePortOfBothFamilies() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel six =
          fixture.bind(
              SocketProtocolFamily.INET6, new InetSocketAddress(LOOPBACK6, 0), new Inbox());
      KQueueFfmDatagramChannel four = fixture.local(new Inbox());
      KQueueFfmDatagramChannel both = fixture.bind(null, new InetSocketAddress(0), inbox);
      int port = both.localAddress().getPort();
      both.connect(six.localAddress()).sync();
      assertThat(both.remoteAddress()).isEqualTo(six.localAddress());
      both.disconnect().sync();
      six.writeAndFlush(packet("six", new InetSocketAddress(LOOPBACK6, port))).sync();
      assertThat(inbox.text()).isEqualTo("six");
      assertThat(both.localAddress().getPort()).isEqualTo(port);
      if (SystemPromise.CHANGES_ITS_FAMILY.isKept()) {
        both.connect(to(four)).sync();
        assertThat(both.remoteAddress()).isEqualTo(to(four));
        both.disconnect().sync();
        assertThat(both.localAddress().getPort()).isEqualTo(port);
        four.writeAndFlush(packet("four", loopback(port))).sync();
        assertThat(inbox.text()).isEqualTo("four");
      } else {
        assertThat(both.connect(to(four)).await().isSuccess()).as("the first was IPv6").isFalse();
        assertThat(both.isOpen()).isTrue();
        six.writeAndFlush(packet("six still", new InetSocketAddress(LOOPBACK6, port))).sync();
        assertThat(inbox.text()).isEqualTo("six still");
      }
    }
  }

  @Test
  void disconnectOfUnconnectedChannelDoesNothing() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      KQueueFfmDatagramChannel channel = fixture.local(new Inbox());
      InetSocketAddress local = channel.localAddress();
      channel.disconnect().sync();
      assertThat(channel.localAddress()).isEqualTo(local);
      assertThat(channel.isActive()).isTrue();
      assertThat(kernel.count("connect")).isZero();
    }
  }

  @Test
  void channelConnectsToAnotherPeerWithoutDisconnect() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox first = new Inbox();
      Inbox second = new Inbox();
      KQueueFfmDatagramChannel channel = connected(fixture, new Inbox(), to(fixture.local(first)));
      channel.writeAndFlush(text("one")).sync();
      KQueueFfmDatagramChannel other = fixture.local(second);
      channel.connect(to(other)).sync();
      assertThat(channel.remoteAddress()).isEqualTo(to(other));
      channel.writeAndFlush(text("two")).sync();
      assertThat(first.text()).isEqualTo("one");
      assertThat(second.text()).isEqualTo("two");
    }
  }

  @Test
  void failedConnectLeavesTheChannelBound() throws Exception {
    CountingKernel kernel =
        CountingKernel.over(Kernels.system()).fail("connect", Errno.ENETUNREACH, 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      assertThat(channel.connect(loopback(9)).await().cause())
          .isInstanceOf(NoRouteToHostException.class)
          .hasMessageContaining("127.0.0.1:9");
      assertThat(channel.connect(new InetSocketAddress(LOOPBACK6, 9)).await().cause())
          .isInstanceOf(UnsupportedAddressTypeException.class);
      assertThat(channel.isConnected()).isFalse();
      assertThat(channel.isOpen()).isTrue();
      channel.writeAndFlush(packet("alive", to(channel))).sync();
      assertThat(inbox.text()).isEqualTo("alive");
    }
  }

  @Test
  void unreachablePortIsReportedOnReadAndTheChannelStaysOpen() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      InetSocketAddress nobody = fixture.unused();
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = connected(fixture, inbox, nobody);
      channel.writeAndFlush(text("anyone?")).sync();
      assertThat(inbox.failure())
          .isInstanceOf(PortUnreachableException.class)
          .hasMessageContaining(nobody.toString());
      assertThat(channel.isOpen()).isTrue();
      Inbox late = new Inbox();
      fixture.bind(SocketProtocolFamily.INET, nobody, late);
      channel.writeAndFlush(text("now?")).sync();
      assertThat(late.text()).isEqualTo("now?");
    }
  }

  @Test
  void unreachablePortIsReportedOnWriteAndTheNextDatagramIsSent() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      InetSocketAddress nobody = fixture.unused();
      Channel channel =
          fixture
              .bootstrap(SocketProtocolFamily.INET, new Inbox())
              .option(ChannelOption.AUTO_READ, false)
              .connect(nobody)
              .sync()
              .channel();
      channel.writeAndFlush(text("lost")).sync();
      ChannelFuture[] two = new ChannelFuture[2];
      // The loopback interface of Linux answers within the call, others do a moment later.
      LoopExtension.await(
          "the answer",
          () -> {
            two[0] = channel.write(text("refused"));
            two[1] = channel.writeAndFlush(text("sent")).awaitUninterruptibly();
            return !two[0].isSuccess();
          });
      assertThat(two[0].cause())
          .isInstanceOf(PortUnreachableException.class)
          .hasMessageContaining(nobody.toString());
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void disconnectSucceedsEvenIfThePortIsLost() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      KQueueFfmDatagramChannel serving = fixture.local(new Inbox());
      KQueueFfmDatagramChannel channel = connected(fixture, new Inbox(), to(serving));
      kernel.fail("bind", Errno.EADDRINUSE, 1);
      assertThat(channel.disconnect().await().cause()).hasMessageContaining("port");
      assertThat(channel.isConnected()).isFalse();
      assertThat(channel.remoteAddress()).isNull();
    }
  }
}
