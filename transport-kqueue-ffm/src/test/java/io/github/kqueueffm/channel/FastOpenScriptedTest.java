package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of data that macOS's connectx(2) takes along, or does not. */
@ParameterizedClass
@EnumSource(
    value = Os.class,
    names = {"MACOS_AARCH64", "MACOS_X86_64"})
class FastOpenScriptedTest extends AbstractScriptedLoopTest {
  private static final InetSocketAddress REMOTE = new InetSocketAddress(THERE, PORT);

  FastOpenScriptedTest(Os os) {
    super(os);
  }

  private Channel channel() {
    return loop.client(new Recorder())
        .option(ChannelOption.TCP_FASTOPEN_CONNECT, true)
        .register()
        .channel();
  }

  private static ChannelFuture write(Channel channel) {
    return channel.write(Unpooled.copiedBuffer("abcdef", US_ASCII));
  }

  /** A connect that goes on, for which the kernel has taken so much. */
  private ChannelFuture connecting(Channel channel, int taken) {
    loop.tcp().connectx(CLIENT, THERE, PORT, "abcdef", taken).fails(Errno.EINPROGRESS);
    ChannelFuture connected = channel.connect(REMOTE);
    loop.script().verify();
    assertThat(connected.isDone()).isFalse();
    return connected;
  }

  private void expectSuccess() {
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).data(49152));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
  }

  private void expectSent(long messages, long bytes) {
    KQueueFfmLoopCounters counters = KQueueFfmLoopCounters.of(loop.eventLoop()).getFirst();
    assertThat(counters.messagesOut()).isEqualTo(messages);
    assertThat(counters.bytesOut()).isEqualTo(bytes);
  }

  @Test
  void dataThatTheKernelTookIsNotSentAgain() {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    ChannelFuture connected = connecting(channel, 3);
    assertThat(early.isDone()).isFalse();
    expectSuccess();
    loop.tcp().send(CLIENT, "def");
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(early.isSuccess()).isTrue();
    expectSent(1, 6);
  }

  @Test
  void writeThatTheKernelTookWholeCompletesWithTheConnect() {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    connecting(channel, 6);
    assertThat(early.isDone()).isFalse();
    expectSuccess();
    loop.turn();
    assertThat(early.isSuccess()).isTrue();
    expectSent(1, 6);
  }

  /** So that a listener can write, as Netty's SocketConnectTest does since 4.2.20. */
  @Test
  void listenerOfTheFirstWriteSeesAnActiveChannelAndWrites() {
    Channel channel = channel();
    List<Boolean> active = new ArrayList<>();
    write(channel)
        .addListener(early -> {
          active.add(channel.isActive());
          channel.writeAndFlush(Unpooled.copiedBuffer("ghi", US_ASCII));
        });
    connecting(channel, 6);
    expectSuccess();
    loop.tcp().send(CLIENT, "ghi");
    loop.turn();
    assertThat(active).containsExactly(true);
    expectSent(2, 9);
  }

  /** The end that the pipeline sees follows the beginning. */
  @Test
  void listenerOfTheFirstWriteMayClose() {
    Recorder recorder = new Recorder();
    Channel channel =
        loop.client(recorder).option(ChannelOption.TCP_FASTOPEN_CONNECT, true).register().channel();
    write(channel).addListener(early -> channel.close());
    ChannelFuture connected = connecting(channel, 6);
    expectSuccess();
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause()).isInstanceOf(ClosedChannelException.class);
    assertThat(recorder.log()).containsSubsequence("active", "inactive");
  }

  @Test
  void writeThatTheKernelDidNotTakeIsSentAfterTheConnect() {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    connecting(channel, 0);
    expectSuccess();
    loop.tcp().send(CLIENT, "abcdef");
    loop.turn();
    assertThat(early.isSuccess()).isTrue();
  }

  /** xnu can answer 0 before the handshake is over. */
  @Test
  void connectCompletesOnlyWithTheEvent() {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    loop.tcp().connectx(CLIENT, THERE, PORT, "abcdef", 6);
    ChannelFuture connected = channel.connect(REMOTE);
    assertThat(connected.isDone()).isFalse();
    expectSuccess();
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(early.isSuccess()).isTrue();
  }

  @Test
  void refusalFailsTheWriteThatTheKernelTook() {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    ChannelFuture connected = connecting(channel, 6);
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).eof(Errno.ECONNREFUSED));
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause())
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Connection refused: /10.9.8.7:8080");
    assertThat(early.cause()).isInstanceOf(ClosedChannelException.class);
  }

  /** After an EINTR it is unknown whether the SYN is sent. */
  @ParameterizedTest
  @CsvSource({
    "ENETUNREACH, java.net.NoRouteToHostException",
    "EINTR, java.io.IOException",
    "EALREADY, java.nio.channels.ConnectionPendingException",
    "EISCONN, java.nio.channels.AlreadyConnectedException"
  })
  void failureOfTheCallFailsTheWrite(Errno errno, Class<?> type) {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    loop.tcp().connectx(CLIENT, THERE, PORT, "abcdef", 0).fails(errno);
    loop.tcp().close(CLIENT);
    ChannelFuture connected = channel.connect(REMOTE);
    loop.tasks();
    assertThat(connected.cause()).isInstanceOf(type);
    assertThat(early.cause()).isInstanceOf(ClosedChannelException.class);
  }

  /** Bytes that are under way must not be sent by a second connect. */
  @Test
  void refusalThatTookBytesFailsTheConnect() {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    loop.tcp().connectx(CLIENT, THERE, PORT, "abcdef", 6).fails(Errno.EINVAL);
    loop.tcp().close(CLIENT);
    ChannelFuture connected = channel.connect(REMOTE);
    loop.tasks();
    assertThat(connected.cause())
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("/10.9.8.7:8080", "EINVAL");
    assertThat(early.cause()).isInstanceOf(ClosedChannelException.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"EOPNOTSUPP", "ENOTSUP", "EINVAL", "ENOSYS"})
  void unsupportedConnectxFallsBackToConnect(Errno errno) throws Exception {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    loop.tcp().connectx(CLIENT, THERE, PORT, "abcdef", 0).fails(errno);
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    ChannelFuture connected;
    try (EventRecording recording = EventRecording.of("Fallback")) {
      connected = channel.connect(REMOTE);
      assertThat(recording.events("Fallback"))
          .extracting(event -> event.getString("feature"))
          .containsExactly("connect with data");
    }
    expectSuccess();
    loop.tcp().send(CLIENT, "abcdef");
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(early.isSuccess()).isTrue();
  }

  /** What Netty does for a shutdown of the output that does not go through the channel. */
  private static void dropOutbound(Channel channel) {
    ((KQueueFfmSocketChannel) channel).ownUnsafe().shutdownOutput(channel.newPromise());
  }

  /** Netty drops the outbound buffer then, and with it what has gone with the SYN. */
  @Test
  void connectSucceedsAfterShutdownOfTheOutputDuringIt() {
    Channel channel = channel();
    ChannelFuture early = write(channel);
    ChannelFuture connected = connecting(channel, 3);
    dropOutbound(channel);
    loop.tasks();
    assertThat(early.cause()).isInstanceOf(IOException.class);
    expectSuccess();
    loop.turn();
    assertThat(connected.cause()).isNull();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(channel.isActive()).isTrue();
  }

  @Test
  void connectAfterShutdownOfTheOutputUsesConnect() {
    Channel channel = channel();
    dropOutbound(channel);
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    ChannelFuture connected = channel.connect(REMOTE);
    assertThat(connected.cause()).isNull();
    expectSuccess();
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
  }

  @Test
  void connectWithoutDataUsesConnect() {
    Channel channel = channel();
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    ChannelFuture connected = channel.connect(REMOTE);
    expectSuccess();
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
  }
}
