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
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
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
class ConnectScriptedTest extends AbstractScriptedLoopTest {
  private static final InetSocketAddress REMOTE = new InetSocketAddress(server(), PORT);

  private final Recorder client = new Recorder();

  ConnectScriptedTest(Os os) {
    super(os);
  }

  private static InetAddress server() {
    try {
      return InetAddress.getByAddress("server.example", new byte[] {10, 9, 8, 7});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** A connect whose outcome the next turn's event has. */
  private ChannelFuture connecting() {
    ChannelFuture connected = loop.client(client).connect(REMOTE);
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    loop.tasks();
    assertThat(connected.isDone()).isFalse();
    return connected;
  }

  @Test
  @DisplayName("success is what SO_ERROR and getpeername say; nothing is read before [A4]")
  void succeeds() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).data(49152));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(client.log()).containsExactly("active");
    assertThat(connected.channel().remoteAddress()).isEqualTo(REMOTE);

    loop.kevent(loop.read(CLIENT).oneShot()).returns();
    loop.turn();
  }

  @Test
  @DisplayName(
      "a shutdown before it is refused without a call, and spoils neither socket nor channel")
  void shutdownBeforeConnectIsRefusedWithoutCall() {
    SocketChannel channel = (SocketChannel) loop.client(client).register().channel();
    loop.tasks();
    assertShutdownIsTooEarly(channel);

    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    ChannelFuture connected = channel.connect(REMOTE);
    loop.tasks();
    assertShutdownIsTooEarly(channel);

    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).data(49152));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
    loop.tcp().send(CLIENT, "hello");
    assertThat(client.write("hello").isSuccess()).isTrue();
    loop.script().expect("shutdown", CLIENT, 1);
    assertThat(channel.shutdownOutput().isSuccess()).isTrue();
  }

  private void assertShutdownIsTooEarly(SocketChannel channel) {
    List<ChannelFuture> shutdowns =
        List.of(channel.shutdownOutput(), channel.shutdownInput(), channel.shutdown());
    loop.tasks();
    assertThat(shutdowns)
        .allSatisfy(
            shutdown -> assertThat(shutdown.cause()).isInstanceOf(NotYetConnectedException.class));
    assertThat(channel.isOutputShutdown()).isFalse();
    assertThat(channel.isInputShutdown()).isFalse();
    assertThat(loop.script().calls("shutdown")).isZero();
  }

  @Test
  void canCompleteAtOnce() {
    ChannelFuture connected = loop.client(client).connect(REMOTE);
    loop.tcp().connect(CLIENT, THERE, PORT);
    loop.tasks();
    assertThat(connected.isSuccess()).isTrue();
    loop.kevent(loop.read(CLIENT).oneShot()).returns();
    loop.turn();
    assertThat(client.log()).containsExactly("active");
  }

  @Test
  @DisplayName("a refusal is EV_EOF with its errno in fflags, and its text names the peer [A4, B9]")
  void isRefusedByTheEvent_netty8212() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).eof(Errno.ECONNREFUSED));
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause())
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Connection refused: server.example/10.9.8.7:8080");
    assertThat(connected.channel().isOpen()).isFalse();
    assertThat(client.log()).isEmpty();
  }

  @Test
  @DisplayName("an EV_EOF without an errno leaves it to SO_ERROR [A4]")
  void isRefusedBySoError() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).eof());
    loop.tcp().soError(CLIENT, loop.script().platform().number(Errno.EHOSTUNREACH));
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause())
        .isInstanceOf(NoRouteToHostException.class)
        .hasMessageStartingWith("No route to host: server.example/10.9.8.7:8080");
  }

  @Test
  @DisplayName("an SO_ERROR that another call has read is not a success: getpeername decides [A4]")
  void isRefusedByGetpeername_netty7738() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).eof());
    loop.tcp().soError(CLIENT, 0);
    loop.script().expect("getpeername", CLIENT).fails(Errno.ENOTCONN);
    loop.script().expect("recv", CLIENT).fails(Errno.ECONNREFUSED);
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause())
        .hasMessageStartingWith("Connection refused: server.example/10.9.8.7:8080");
  }

  @Test
  @DisplayName("no peer, no error and nothing to read is a reset [A4]")
  void isResetWithoutPeerErrorAndInput() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).eof());
    loop.tcp().soError(CLIENT, 0);
    loop.script().expect("getpeername", CLIENT).fails(os.noPeer());
    loop.script().expect("recv", CLIENT).answers(0);
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause())
        .hasMessageStartingWith("Connection reset by peer: server.example/10.9.8.7:8080");
    assertThat(client.log()).isEmpty();
  }

  @Test
  @DisplayName("a stale event during a connect arms the filter again [A4]")
  void staleEventArmsTheFilterAgain_netty7281() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT));
    loop.tcp().soError(CLIENT, 0);
    loop.script().expect("getpeername", CLIENT).fails(Errno.ENOTCONN);
    loop.script().expect("recv", CLIENT).fails(Errno.EAGAIN);
    loop.turn();
    assertThat(connected.isDone()).isFalse();

    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("if the peer is gone before EVFILT_WRITE is armed, SO_ERROR has the reason [A4, A9]")
  void isRefusedBeforeTheFilterIsArmed_mio582() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot())
        .returns(loop.write(CLIENT).oneShot().error(Errno.EPIPE));
    loop.tcp().soError(CLIENT, loop.script().platform().number(Errno.ECONNREFUSED));
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause())
        .hasMessageStartingWith("Connection refused: server.example/10.9.8.7:8080");
  }

  @Test
  @DisplayName("a filter that cannot be armed fails the connect, which nothing else would end [A9]")
  void failsIfTheFilterCannotBeArmed() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot())
        .returns(loop.write(CLIENT).oneShot().error(Errno.ENOMEM));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause()).hasMessageContaining("ENOMEM");
  }

  @Test
  void failsWithTheErrnoOfTheCall() {
    ChannelFuture connected = loop.client(client).connect(REMOTE);
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.ENETUNREACH);
    loop.tcp().close(CLIENT);
    loop.tasks();
    assertThat(connected.cause())
        .isInstanceOf(NoRouteToHostException.class)
        .hasMessageStartingWith(
            "Network is unreachable: server.example/10.9.8.7:8080 (connect: ENETUNREACH, ");
  }

  @Test
  void timesOut() {
    ChannelFuture connected =
        loop.client(client).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 300).connect(REMOTE);
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    loop.tasks();
    loop.kevent(loop.write(CLIENT).oneShot()).returns();
    loop.turn();
    loop.passes(299);
    loop.kevent().returns();
    loop.turn();
    assertThat(connected.isDone()).isFalse();

    loop.passes(1);
    loop.kevent().returns();
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause())
        .isInstanceOf(ConnectTimeoutException.class)
        .hasMessageContaining("300 ms: server.example/10.9.8.7:8080");
  }

  /** A connect that no Bootstrap watches, begun a while after the loop. */
  private ChannelFuture connectingAlone(int timeoutMillis) {
    Channel channel =
        loop.client(new Recorder())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
            .register()
            .channel();
    loop.passes(5_000);
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    ChannelFuture connected = channel.connect(REMOTE);
    loop.kevent(loop.write(CLIENT).oneShot()).returns();
    loop.turn();
    return connected;
  }

  @Test
  @DisplayName("the time-out counts from the connect on, and closes the channel by itself")
  void timeOutClosesTheChannel() {
    ChannelFuture connected = connectingAlone(300);
    loop.passes(300);
    loop.kevent().returns();
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause()).isInstanceOf(ConnectTimeoutException.class);
    assertThat(connected.channel().isOpen()).isFalse();
  }

  @Test
  @DisplayName("a cancellation closes the channel by itself")
  void cancellationClosesTheChannel() {
    ChannelFuture connected = connectingAlone(300);
    loop.tcp().close(CLIENT);
    assertThat(connected.cancel(false)).isTrue();
    assertThat(connected.channel().isOpen()).isFalse();
  }

  @Test
  @DisplayName("the loop on which a connect goes on has its time-out")
  void timeOutHoldsOnTheNextLoop() {
    ChannelFuture connected = connectingAlone(300);
    loop.script().expectKevent().changes(loop.write(CLIENT).delete()).withoutSlots();
    connected.channel().deregister();
    loop.tasks();
    try (ScriptedLoop next = ScriptedLoop.on(os)) {
      next.passes(5_100);
      EventLoopGroup group = next.eventLoop();
      assertThat(group.register(connected.channel()).isSuccess()).isTrue();
      next.kevent(next.write(CLIENT).oneShot()).returns();
      next.turn();
      next.passes(199);
      next.kevent().returns();
      next.turn();
      assertThat(connected.isDone()).isFalse();
      next.passes(1);
      next.kevent().returns();
      loop.tcp().close(CLIENT);
      next.turn();
      assertThat(connected.cause()).isInstanceOf(ConnectTimeoutException.class);
    }
  }

  @Test
  @DisplayName("a connect that has ended leaves no timer that would end a wait")
  void endedConnectLeavesNoTimer() {
    useRealTime();
    ChannelFuture refused = connectingAlone(10_000);
    loop.kevent().returns(loop.write(CLIENT).eof(Errno.ECONNREFUSED));
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(refused.cause()).isInstanceOf(ConnectException.class);
    loop.tasks();
    loop.kevent().forEver().returns();
    loop.sleeps();

    ChannelFuture cancelled = connectingAlone(10_000);
    loop.tcp().close(CLIENT);
    cancelled.cancel(false);
    loop.tasks();
    loop.kevent().forEver().returns();
    loop.sleeps();

    ChannelFuture closed = connectingAlone(10_000);
    loop.tcp().close(CLIENT);
    closed.channel().close();
    assertThat(closed.cause()).isInstanceOf(ClosedChannelException.class).hasNoCause();
    loop.tasks();
    loop.kevent().forEver().returns();
    loop.sleeps();
  }

  @Test
  void canBeCancelled() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns();
    loop.turn();
    loop.tcp().close(CLIENT);
    assertThat(connected.cancel(false)).isTrue();
    loop.tasks();
    loop.kevent().returns();
    loop.turn();
    assertThat(connected.channel().isOpen()).isFalse();
  }

  @Test
  @DisplayName("a failed connect closes the channel, with or without a Bootstrap [A4]")
  void refusalClosesTheChannel() {
    Channel channel = loop.client(client).register().channel();
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    ChannelFuture connected = channel.connect(REMOTE);
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).eof(Errno.ECONNREFUSED));
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause())
        .hasMessageStartingWith("Connection refused: server.example/10.9.8.7:8080");
    assertThat(channel.isOpen()).isFalse();
    assertThat(channel.closeFuture().isDone()).isTrue();
  }

  @Test
  @DisplayName("a channel whose local address cannot be bound can be connected without it")
  void channelStaysOpenIfBindOfTheLocalAddressFails() {
    Channel channel = loop.client(client).register().channel();
    loop.script().expect("bind", CLIENT).fails(Errno.EADDRINUSE);
    ChannelFuture connected = channel.connect(REMOTE, new InetSocketAddress(HERE, PORT));
    assertThat(connected.cause())
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith("Address already in use: /10.1.2.3:8080");
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  @DisplayName("data that is flushed during the connect is sent after it")
  void sendsDataFlushedDuringTheConnect() {
    ChannelFuture connected = connecting();
    ChannelFuture written = client.write("early");
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).data(49152));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
    loop.tcp().send(CLIENT, "early");
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(written.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a channel that cannot be configured leaves no socket [B2]")
  void failedConfigurationClosesTheSocket() {
    loop.tcp().socket(CLIENT);
    loop.tcp().option(CLIENT, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1).fails(Errno.ENOBUFS);
    loop.tcp().close(CLIENT);
    assertThatThrownBy(
            () -> new KQueueFfmSocketChannel(null, Sockets.stream(loop.kernel(), null), false))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("TCP_NODELAY");
  }

  @Test
  @DisplayName("a wildcard means this machine, on every system")
  void wildcardIsTheLoopbackAddress() throws Exception {
    ChannelFuture connected = loop.client(client).connect(new InetSocketAddress("0.0.0.0", PORT));
    loop.tcp().connect(CLIENT, "127.0.0.1", PORT);
    loop.tasks();
    assertThat(connected.isSuccess()).isTrue();
    loop.tcp().peerName(CLIENT, "127.0.0.1", PORT);
    assertThat(connected.channel().remoteAddress())
        .isEqualTo(new InetSocketAddress("127.0.0.1", PORT));
  }

  @Test
  @DisplayName("a second connect fails, during the first and after it, and harms neither")
  void isMadeOnce() {
    ChannelFuture connected = connecting();
    assertThat(connected.channel().connect(REMOTE).cause())
        .isInstanceOf(ConnectionPendingException.class);
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).data(49152));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(connected.channel().connect(REMOTE).cause())
        .isInstanceOf(AlreadyConnectedException.class);

    // The write filter's next event is not a connect's any more.
    loop.tcp().sending(CLIENT, "hi").fails(Errno.EAGAIN);
    ChannelFuture written = client.write("hi");
    loop.kevent(loop.read(CLIENT).oneShot(), loop.write(CLIENT).oneShot())
        .returns(loop.write(CLIENT).data(49152));
    loop.tcp().send(CLIENT, "hi");
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
    assertThat(client.log()).containsExactly("active");
  }

  @Test
  void hasNoLimitOfTimeWith0() {
    ChannelFuture connected =
        loop.client(client).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0).connect(REMOTE);
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    loop.tasks();
    loop.passes(3_600_000);
    loop.kevent(loop.write(CLIENT).oneShot()).returns();
    loop.turn();
    assertThat(connected.isDone()).isFalse();
  }

  @Test
  @DisplayName("it goes on after another registration")
  void goesOnAfterAnotherRegistration() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns();
    loop.turn();
    loop.script().expectKevent().changes(loop.write(CLIENT).delete()).withoutSlots();
    Channel channel = connected.channel();
    channel.deregister();
    loop.tasks();
    EventLoopGroup group = loop.eventLoop();
    assertThat(group.register(channel).isSuccess()).isTrue();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).data(49152));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
  }
}
