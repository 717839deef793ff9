package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.SocketChannel;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.NotYetConnectedException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client's connect on every system. It is called once, EVFILT_WRITE is armed after it, and what
 * the event says decides (netty/netty#7738, #7281, #6602, #8212).
 */
@ParameterizedClass
@EnumSource(Os.class)
class ConnectStoryTest {
  private static final InetSocketAddress REMOTE = new InetSocketAddress(server(), PORT);

  private final Os os;
  private final Recorder client = new Recorder();

  ConnectStoryTest(Os os) {
    this.os = os;
  }

  private static InetAddress server() {
    try {
      return InetAddress.getByAddress("server.example", new byte[] {10, 9, 8, 7});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** A connect whose outcome the next turn's event tells. */
  private ChannelFuture connecting(ScriptedLoop story) {
    ChannelFuture connected = story.client(client).connect(REMOTE);
    story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    story.tasks();
    assertThat(connected.isDone()).isFalse();
    return connected;
  }

  @Test
  @DisplayName("success is what SO_ERROR and getpeername say; nothing is read before [A4]")
  void succeeds() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT).data(49152));
      story.tcp().soError(CLIENT, 0);
      story.tcp().peerName(CLIENT, THERE, PORT);
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
      assertThat(client.log()).containsExactly("active");
      assertThat(connected.channel().remoteAddress()).isEqualTo(REMOTE);

      story.kevent(story.read(CLIENT).oneShot()).returns();
      story.turn();
    }
  }

  @Test
  @DisplayName(
      "a shutdown before it is refused without a call, and spoils neither socket nor channel")
  void isNotSpoiledByAShutdownBefore() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      SocketChannel channel = (SocketChannel) story.client(client).register().channel();
      story.tasks();
      assertShutdownIsTooEarly(story, channel);

      story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
      ChannelFuture connected = channel.connect(REMOTE);
      story.tasks();
      assertShutdownIsTooEarly(story, channel);

      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT).data(49152));
      story.tcp().soError(CLIENT, 0);
      story.tcp().peerName(CLIENT, THERE, PORT);
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
      story.tcp().send(CLIENT, "hello");
      assertThat(client.write("hello").isSuccess()).isTrue();
      story.script().expect("shutdown", CLIENT, 1);
      assertThat(channel.shutdownOutput().isSuccess()).isTrue();
    }
  }

  private static void assertShutdownIsTooEarly(ScriptedLoop story, SocketChannel channel) {
    List<ChannelFuture> shutdowns =
        List.of(channel.shutdownOutput(), channel.shutdownInput(), channel.shutdown());
    story.tasks();
    assertThat(shutdowns)
        .allSatisfy(
            shutdown -> assertThat(shutdown.cause()).isInstanceOf(NotYetConnectedException.class));
    assertThat(channel.isOutputShutdown()).isFalse();
    assertThat(channel.isInputShutdown()).isFalse();
    assertThat(story.script().calls("shutdown")).isZero();
  }

  @Test
  void canBeCompleteAtOnce() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = story.client(client).connect(REMOTE);
      story.tcp().connect(CLIENT, THERE, PORT);
      story.tasks();
      assertThat(connected.isSuccess()).isTrue();
      story.kevent(story.read(CLIENT).oneShot()).returns();
      story.turn();
      assertThat(client.log()).containsExactly("active");
    }
  }

  @Test
  @DisplayName("a refusal is EV_EOF with its errno in fflags, and its text names the peer [A4, B9]")
  void isRefusedByTheEvent_netty8212() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story
          .kevent(story.write(CLIENT).oneShot())
          .returns(story.write(CLIENT).eof(Errno.ECONNREFUSED));
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause())
          .isInstanceOf(ConnectException.class)
          .hasMessageStartingWith("Connection refused: server.example/10.9.8.7:8080");
      assertThat(connected.channel().isOpen()).isFalse();
      assertThat(client.log()).isEmpty();
    }
  }

  @Test
  @DisplayName("an EV_EOF without an errno leaves it to SO_ERROR [A4]")
  void isRefusedBySoError() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT).eof());
      story.tcp().soError(CLIENT, story.script().platform().number(Errno.EHOSTUNREACH));
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause())
          .isInstanceOf(NoRouteToHostException.class)
          .hasMessageStartingWith("No route to host: server.example/10.9.8.7:8080");
    }
  }

  @Test
  @DisplayName("an SO_ERROR that somebody else has read is no success: getpeername decides [A4]")
  void isRefusedByGetpeername_netty7738() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT).eof());
      story.tcp().soError(CLIENT, 0);
      story.script().expect("getpeername", CLIENT).fails(Errno.ENOTCONN);
      story.script().expect("recv", CLIENT).fails(Errno.ECONNREFUSED);
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause())
          .hasMessageStartingWith("Connection refused: server.example/10.9.8.7:8080");
    }
  }

  @Test
  @DisplayName("no peer, no error and nothing to read is a reset, and no success [A4]")
  void isResetWithoutPeerErrorAndInput() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT).eof());
      story.tcp().soError(CLIENT, 0);
      story.script().expect("getpeername", CLIENT).fails(os.noPeer());
      story.script().expect("recv", CLIENT).answers(0);
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause())
          .hasMessageStartingWith("Connection reset by peer: server.example/10.9.8.7:8080");
      assertThat(client.log()).isEmpty();
    }
  }

  @Test
  @DisplayName("a stale event during a connect arms the filter again [A4]")
  void goesOnAfterASpuriousEvent_netty7281() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT));
      story.tcp().soError(CLIENT, 0);
      story.script().expect("getpeername", CLIENT).fails(Errno.ENOTCONN);
      story.script().expect("recv", CLIENT).fails(Errno.EAGAIN);
      story.turn();
      assertThat(connected.isDone()).isFalse();

      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT));
      story.tcp().soError(CLIENT, 0);
      story.tcp().peerName(CLIENT, THERE, PORT);
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("when the peer is gone before EVFILT_WRITE is armed, SO_ERROR tells why [A4, A9]")
  void isRefusedBeforeTheFilterIsArmed_mio582() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story
          .kevent(story.write(CLIENT).oneShot())
          .returns(story.write(CLIENT).oneShot().error(Errno.EPIPE));
      story.tcp().soError(CLIENT, story.script().platform().number(Errno.ECONNREFUSED));
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause())
          .hasMessageStartingWith("Connection refused: server.example/10.9.8.7:8080");
    }
  }

  @Test
  @DisplayName("a filter that cannot be armed fails the connect, for nothing would end it [A9]")
  void failsWithAFilterThatCannotBeArmed() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story
          .kevent(story.write(CLIENT).oneShot())
          .returns(story.write(CLIENT).oneShot().error(Errno.ENOMEM));
      story.tcp().soError(CLIENT, 0);
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause()).hasMessageContaining("ENOMEM");
    }
  }

  @Test
  void failsAtOnceWithTheErrnoOfTheCall() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = story.client(client).connect(REMOTE);
      story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.ENETUNREACH);
      story.tcp().close(CLIENT);
      story.tasks();
      assertThat(connected.cause())
          .isInstanceOf(NoRouteToHostException.class)
          .hasMessageStartingWith(
              "Network is unreachable: server.example/10.9.8.7:8080 (connect: ENETUNREACH, ");
    }
  }

  @Test
  void timesOut() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected =
          story.client(client).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 300).connect(REMOTE);
      story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
      story.tasks();
      story.kevent(story.write(CLIENT).oneShot()).returns();
      story.turn();
      story.passes(299);
      story.kevent().returns();
      story.turn();
      assertThat(connected.isDone()).isFalse();

      story.passes(1);
      story.kevent().returns();
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause())
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessageContaining("300 ms: server.example/10.9.8.7:8080");
    }
  }

  @Test
  void canBeCancelled() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      story.kevent(story.write(CLIENT).oneShot()).returns();
      story.turn();
      story.tcp().close(CLIENT);
      assertThat(connected.cancel(false)).isTrue();
      story.tasks();
      story.kevent().returns();
      story.turn();
      assertThat(connected.channel().isOpen()).isFalse();
    }
  }

  @Test
  @DisplayName("a channel whose connect failed is closed, whoever connects it [A4]")
  void isClosedByARefusal() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = story.client(client).register().channel();
      story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
      ChannelFuture connected = channel.connect(REMOTE);
      story
          .kevent(story.write(CLIENT).oneShot())
          .returns(story.write(CLIENT).eof(Errno.ECONNREFUSED));
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause())
          .hasMessageStartingWith("Connection refused: server.example/10.9.8.7:8080");
      assertThat(channel.isOpen()).isFalse();
      assertThat(channel.closeFuture().isDone()).isTrue();
    }
  }

  @Test
  @DisplayName("a channel whose local address cannot be bound can be connected without it")
  void staysOpenWithoutItsLocalAddress() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = story.client(client).register().channel();
      story.script().expect("bind", CLIENT).fails(Errno.EADDRINUSE);
      ChannelFuture connected = channel.connect(REMOTE, new InetSocketAddress(HERE, PORT));
      assertThat(connected.cause())
          .isInstanceOf(BindException.class)
          .hasMessageStartingWith("Address already in use: /10.1.2.3:8080");
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  @DisplayName("what was flushed during the connect goes out when it is done")
  void writesWhatWasFlushedMeanwhile() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected = connecting(story);
      ChannelFuture written = client.write("early");
      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT).data(49152));
      story.tcp().soError(CLIENT, 0);
      story.tcp().peerName(CLIENT, THERE, PORT);
      story.tcp().send(CLIENT, "early");
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
      assertThat(written.isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("a channel that cannot be configured leaves no socket [B2]")
  void closesTheSocketOfAChannelThatFails() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.tcp().socket(CLIENT);
      story.tcp().option(CLIENT, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1).fails(Errno.ENOBUFS);
      story.tcp().close(CLIENT);
      assertThatThrownBy(
              () -> new KQueueFfmSocketChannel(null, Sockets.stream(story.kernel(), null), false))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("TCP_NODELAY");
    }
  }

  @Test
  @DisplayName("a wildcard means this machine, which not every kernel takes it for")
  void wildcardIsTheLoopbackAddress() throws Exception {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      ChannelFuture connected =
          story.client(client).connect(new InetSocketAddress("0.0.0.0", PORT));
      story.tcp().connect(CLIENT, "127.0.0.1", PORT);
      story.tasks();
      assertThat(connected.isSuccess()).isTrue();
      story.tcp().peerName(CLIENT, "127.0.0.1", PORT);
      assertThat(connected.channel().remoteAddress())
          .isEqualTo(new InetSocketAddress("127.0.0.1", PORT));
    }
  }
}
