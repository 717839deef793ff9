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
class FastOpenStoryTest {
  private static final InetSocketAddress REMOTE = new InetSocketAddress(THERE, PORT);

  private final Os os;

  FastOpenStoryTest(Os os) {
    this.os = os;
  }

  private static Channel channel(ScriptedLoop story) {
    return story
        .client(new Recorder())
        .option(ChannelOption.TCP_FASTOPEN_CONNECT, true)
        .register()
        .channel();
  }

  private static ChannelFuture write(Channel channel) {
    return channel.write(Unpooled.copiedBuffer("abcdef", US_ASCII));
  }

  /** A connect that goes on, for which the kernel has taken so much. */
  private static ChannelFuture connecting(ScriptedLoop story, Channel channel, int taken) {
    story.tcp().connectx(CLIENT, THERE, PORT, "abcdef", taken).fails(Errno.EINPROGRESS);
    ChannelFuture connected = channel.connect(REMOTE);
    story.script().verify();
    assertThat(connected.isDone()).isFalse();
    return connected;
  }

  private static void expectSuccess(ScriptedLoop story) {
    story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT).data(49152));
    story.tcp().soError(CLIENT, 0);
    story.tcp().peerName(CLIENT, THERE, PORT);
  }

  @Test
  void whatTheKernelTookIsNotSentAgain() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      ChannelFuture connected = connecting(story, channel, 3);
      assertThat(early.isDone()).isFalse();
      expectSuccess(story);
      story.tcp().send(CLIENT, "def");
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
      assertThat(early.isSuccess()).isTrue();
    }
  }

  @Test
  void writeOfWhichAllWasTakenIsDoneWithTheConnect() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      connecting(story, channel, 6);
      assertThat(early.isDone()).isFalse();
      expectSuccess(story);
      story.turn();
      assertThat(early.isSuccess()).isTrue();
    }
  }

  @Test
  void writeOfWhichNothingWasTakenGoesOutAfterTheConnect() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      connecting(story, channel, 0);
      expectSuccess(story);
      story.tcp().send(CLIENT, "abcdef");
      story.turn();
      assertThat(early.isSuccess()).isTrue();
    }
  }

  /** xnu can answer 0 before the handshake is over. */
  @Test
  void connectIsDoneOnlyWhenTheEventSaysSo() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      story.tcp().connectx(CLIENT, THERE, PORT, "abcdef", 6);
      ChannelFuture connected = channel.connect(REMOTE);
      assertThat(connected.isDone()).isFalse();
      expectSuccess(story);
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
      assertThat(early.isSuccess()).isTrue();
    }
  }

  @Test
  void refusalFailsWhatTheKernelTook() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      ChannelFuture connected = connecting(story, channel, 6);
      story
          .kevent(story.write(CLIENT).oneShot())
          .returns(story.write(CLIENT).eof(Errno.ECONNREFUSED));
      story.tcp().close(CLIENT);
      story.turn();
      assertThat(connected.cause())
          .isInstanceOf(ConnectException.class)
          .hasMessageStartingWith("Connection refused: /10.9.8.7:8080");
      assertThat(early.cause()).isInstanceOf(ClosedChannelException.class);
    }
  }

  /** After an EINTR nobody knows whether the SYN ever goes. */
  @ParameterizedTest
  @CsvSource({
    "ENETUNREACH, java.net.NoRouteToHostException",
    "EINTR, java.io.IOException",
    "EALREADY, java.nio.channels.ConnectionPendingException",
    "EISCONN, java.nio.channels.AlreadyConnectedException"
  })
  void failureOfTheCallFailsTheWrite(Errno errno, Class<?> type) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      story.tcp().connectx(CLIENT, THERE, PORT, "abcdef", 0).fails(errno);
      story.tcp().close(CLIENT);
      ChannelFuture connected = channel.connect(REMOTE);
      story.tasks();
      assertThat(connected.cause()).isInstanceOf(type);
      assertThat(early.cause()).isInstanceOf(ClosedChannelException.class);
    }
  }

  /** Bytes that are under way must not be sent by a second connect. */
  @Test
  void refusalThatTookBytesAllTheSameIsAFailure() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      story.tcp().connectx(CLIENT, THERE, PORT, "abcdef", 6).fails(Errno.EINVAL);
      story.tcp().close(CLIENT);
      ChannelFuture connected = channel.connect(REMOTE);
      story.tasks();
      assertThat(connected.cause())
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("/10.9.8.7:8080", "EINVAL");
      assertThat(early.cause()).isInstanceOf(ClosedChannelException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"EOPNOTSUPP", "ENOTSUP", "EINVAL", "ENOSYS"})
  void connectIsAnOrdinaryOneWhereTheKernelHasNoOther(Errno errno) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      story.tcp().connectx(CLIENT, THERE, PORT, "abcdef", 0).fails(errno);
      story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
      ChannelFuture connected = channel.connect(REMOTE);
      expectSuccess(story);
      story.tcp().send(CLIENT, "abcdef");
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
      assertThat(early.isSuccess()).isTrue();
    }
  }

  /** What Netty does for a shutdown of the output that does not go through the channel. */
  private static void dropOutbound(Channel channel) {
    ((KQueueFfmSocketChannel) channel).ownUnsafe().shutdownOutput(channel.newPromise());
  }

  /** Netty drops the outbound buffer then, and with it what has gone with the SYN. */
  @Test
  void connectSucceedsAfterTheOutputWasShutDownMeanwhile() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      ChannelFuture early = write(channel);
      ChannelFuture connected = connecting(story, channel, 3);
      dropOutbound(channel);
      story.tasks();
      assertThat(early.cause()).isInstanceOf(IOException.class);
      expectSuccess(story);
      story.turn();
      assertThat(connected.cause()).isNull();
      assertThat(connected.isSuccess()).isTrue();
      assertThat(channel.isActive()).isTrue();
    }
  }

  @Test
  void connectAfterAShutDownOfTheOutputIsAnOrdinaryOne() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      dropOutbound(channel);
      story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
      ChannelFuture connected = channel.connect(REMOTE);
      assertThat(connected.cause()).isNull();
      expectSuccess(story);
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
    }
  }

  @Test
  void connectWithoutDataIsAnOrdinaryOne() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story);
      story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
      ChannelFuture connected = channel.connect(REMOTE);
      expectSuccess(story);
      story.turn();
      assertThat(connected.isSuccess()).isTrue();
    }
  }
}
