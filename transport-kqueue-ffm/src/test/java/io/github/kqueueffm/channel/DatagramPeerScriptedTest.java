package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static io.github.kqueueffm.channel.ScriptedUdp.FD;
import static io.github.kqueueffm.channel.ScriptedUdp.PEER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** When a UDP channel is active, whom it is connected to, and which addresses it shows. */
class DatagramPeerScriptedTest {
  private static final Os OS = Os.FREEBSD_X86_64;
  private static final InetSocketAddress LOCAL = new InetSocketAddress(HERE, PORT);

  private static void localName(ScriptedUdp udp, String ip, int port) {
    udp.loop.udp().localName(FD, OS.address(OS.datagramInet(), ip, port));
  }

  @Test
  void connectWithALocalAddressBindsItFirst() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      ChannelFuture connected;
      var bootstrap = udp.bootstrap();
      udp.loop.tcp().bind(FD, HERE, PORT);
      udp.loop.tcp().connect(FD, THERE, THEIR_PORT);
      udp.loop.tcp().peerName(FD, THERE, THEIR_PORT);
      connected = bootstrap.connect(PEER, LOCAL);
      Channel channel = udp.done(connected);
      assertThat(channel.isActive()).isTrue();
      assertThat(channel.remoteAddress()).isEqualTo(PEER);
    }
  }

  @Test
  void connectThatIsNotCompleteAtOnceEndsWithItsEvent() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      var bootstrap = udp.bootstrap();
      udp.loop.tcp().connect(FD, THERE, THEIR_PORT).fails(Errno.EINPROGRESS);
      ChannelFuture connected = bootstrap.connect(PEER);
      udp.loop.tasks();
      assertThat(connected.isDone()).isFalse();
      // A spurious event: the socket has neither an error nor a peer nor input.
      udp.loop.kevent(udp.loop.write(FD).oneShot()).returns(udp.loop.write(FD).data(1));
      udp.loop.tcp().soError(FD, 0);
      udp.loop.script().expect("getpeername", FD).fails(Errno.ENOTCONN);
      udp.loop.script().expect("recv", FD, ANY, 1).fails(Errno.EAGAIN);
      udp.loop.turn();
      assertThat(connected.isDone()).isFalse();
      udp.loop.kevent(udp.loop.write(FD).oneShot()).returns(udp.loop.write(FD).data(1));
      udp.loop.tcp().soError(FD, 0);
      udp.loop.tcp().peerName(FD, THERE, THEIR_PORT);
      udp.loop.tcp().peerName(FD, THERE, THEIR_PORT);
      udp.loop.turn();
      assertThat(connected.isSuccess()).isTrue();
      assertThat(connected.channel().remoteAddress()).isEqualTo(PEER);
      udp.armsAgain();
    }
  }

  @Test
  void addressesAreAskedForAgainAfterAConnectAndAfterADisconnect() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      localName(udp, HERE, PORT);
      assertThat(channel.localAddress()).isEqualTo(LOCAL);
      assertThat(channel.remoteAddress()).isNull();

      udp.loop.tcp().connect(FD, THERE, THEIR_PORT);
      udp.loop.tcp().peerName(FD, THERE, THEIR_PORT);
      assertThat(channel.connect(PEER).isSuccess()).isTrue();
      localName(udp, "10.1.2.4", PORT);
      assertThat(channel.localAddress()).isEqualTo(new InetSocketAddress("10.1.2.4", PORT));
      assertThat(channel.remoteAddress()).isEqualTo(PEER);

      udp.loop.tcp().connect(FD, "10.9.8.6", THEIR_PORT);
      udp.loop.tcp().peerName(FD, "10.9.8.6", THEIR_PORT);
      InetSocketAddress other = new InetSocketAddress("10.9.8.6", THEIR_PORT);
      assertThat(channel.connect(other).isSuccess()).isTrue();
      assertThat(channel.remoteAddress()).isEqualTo(other);
      localName(udp, "10.1.2.4", PORT);
      assertThat(channel.localAddress()).isNotNull();

      udp.loop.script().expect("connect", FD, ANY, ANY).fails(Errno.EAFNOSUPPORT);
      udp.loop.script().expect("getpeername", FD).fails(Errno.ENOTCONN);
      assertThat(channel.disconnect().isSuccess()).isTrue();
      assertThat(channel.remoteAddress()).isNull();
      localName(udp, "10.1.2.5", PORT);
      assertThat(channel.localAddress()).isEqualTo(new InetSocketAddress("10.1.2.5", PORT));
      // Once more does nothing.
      assertThat(channel.disconnect().isSuccess()).isTrue();
    }
  }

  @Test
  void disconnectThatFailsShowsWhomTheKernelLeftConnected() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      KQueueFfmDatagramChannel channel = (KQueueFfmDatagramChannel) udp.connected(udp.bootstrap());
      udp.loop.script().expect("connect", FD, ANY, ANY).fails(Errno.ENOBUFS);
      udp.loop.tcp().peerName(FD, THERE, THEIR_PORT);
      udp.loop.tcp().peerName(FD, THERE, THEIR_PORT);
      assertThat(channel.disconnect().cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ENOBUFS");
      assertThat(channel.isConnected()).isTrue();
      assertThat(channel.remoteAddress()).isEqualTo(PEER);

      udp.loop.script().expect("connect", FD, ANY, ANY).fails(Errno.ENOBUFS);
      udp.loop.tcp().peerName(FD, THERE, THEIR_PORT);
      udp.loop.script().expect("getpeername", FD).fails(Errno.ENOTCONN);
      assertThat(channel.disconnect().cause()).hasMessageContaining("ENOBUFS");
      assertThat(channel.isConnected()).isFalse();
      assertThat(channel.remoteAddress()).isNull();
    }
  }

  @Test
  void closedChannelIsNotConnected() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      KQueueFfmDatagramChannel channel = (KQueueFfmDatagramChannel) udp.connected(udp.bootstrap());
      assertThat(channel.isConnected()).isTrue();
      udp.loop.tcp().close(FD);
      assertThat(channel.close().isSuccess()).isTrue();
      assertThat(channel.isConnected()).isFalse();
      assertThat(channel.isActive()).isFalse();
    }
  }

  @Test
  void channelIsActiveFromItsRegistrationIfItsOptionSaysSo() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      @SuppressWarnings("deprecation") // Bootstraps may still set it.
      ChannelOption<Boolean> activeOnRegistration =
          ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION;
      Channel[] made = new Channel[1];
      var bootstrap =
          udp.bootstrap(loop -> {
            made[0] = new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false);
            made[0].config().setOption(activeOnRegistration, true);
            assertThat(made[0].isActive()).as("before its registration").isFalse();
            return made[0];
          });
      Channel channel = udp.done(bootstrap.register());
      assertThat(channel.isActive()).isTrue();
      udp.armsAgain();
      udp.loop.tcp().close(FD);
      channel.close();
      assertThat(channel.isActive()).isFalse();
    }
  }

  @Test
  void channelIsNotActiveBeforeItsBindAndArmsThenWhatWasRequested() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.done(udp.bootstrap().option(ChannelOption.AUTO_READ, false).register());
      assertThat(channel.isActive()).isFalse();
      channel.read();
      udp.loop.kevent().returns();
      udp.loop.turn();
      udp.loop.udp().asksForBroadcast(FD);
      udp.loop.tcp().bind(FD, HERE, PORT);
      udp.done(channel.bind(LOCAL));
      udp.readable();
      udp.loop.udp().recv(FD, "one", udp.peer);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one");
    }
  }
}
