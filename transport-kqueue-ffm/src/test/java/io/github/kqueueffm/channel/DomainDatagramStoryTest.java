package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Expectation;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Local datagrams on every system, above all to a receiver that is full. */
@ParameterizedClass
@EnumSource(Os.class)
class DomainDatagramStoryTest {
  private static final int FD = CLIENT;
  private static final String PATH = "/tmp/receiver";
  private static final int[] DELAYS = {5, 10, 20, 40, 80, 100, 100};

  private final Os os;
  private final byte[] receiver;

  DomainDatagramStoryTest(Os os) {
    this.os = os;
    receiver = os.localAddress(PATH.getBytes(US_ASCII));
  }

  @SuppressWarnings("deprecation")
  private static Bootstrap bootstrap(ScriptedLoop story) {
    story.tcp().localDatagramSocket(FD);
    return new Bootstrap()
        .group(story.loop())
        .channelFactory(() ->
            new KQueueFfmDomainDatagramChannel(
                Sockets.datagram(story.kernel(), SocketProtocolFamily.UNIX), false))
        .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true)
        .handler(new ChannelInboundHandlerAdapter());
  }

  private Channel channel(ScriptedLoop story, boolean connected) {
    Bootstrap bootstrap = bootstrap(story);
    ChannelFuture future;
    if (connected) {
      story.script().expect("connect", FD, ANY, receiver.length).with(1, receiver);
      story.script().expect("getpeername", FD).writes(1, receiver).writesInts(2, receiver.length);
      future = bootstrap.connect(new DomainSocketAddress(PATH));
    } else {
      future = bootstrap.register();
    }
    story.tasks();
    assertThat(future.isSuccess()).isTrue();
    story.kevent(story.read(FD).oneShot()).returns();
    story.turn();
    return future.channel();
  }

  private static Object message(String text, boolean connected) {
    ByteBuf content = Unpooled.copiedBuffer(text, US_ASCII);
    return connected ? content : new DomainDatagramPacket(content, new DomainSocketAddress(PATH));
  }

  private Expectation sending(ScriptedLoop story, String text, boolean connected) {
    return connected ? story.tcp().sending(FD, text) : story.udp().sending(FD, receiver, text);
  }

  /** A turn after that time, which changes nothing in the kqueue. */
  private static void turn(ScriptedLoop story, int millis, Runnable expectations) {
    story.passes(millis);
    story.kevent().returns();
    expectations.run();
    story.turn();
  }

  private static void quiet(ScriptedLoop story, int millis) {
    turn(story, millis, () -> {});
  }

  /** The first write, which finds the receiver full. */
  private ChannelFuture refused(
      ScriptedLoop story, Channel channel, String text, boolean connected) {
    sending(story, text, connected).fails(Errno.ENOBUFS);
    ChannelFuture written = channel.writeAndFlush(message(text, connected));
    assertThat(written.isDone()).isFalse();
    return written;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("a full receiver is tried again after 5 ms, doubling to 100, never by the filter")
  void waitsForAFullReceiverByATimer(boolean connected) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story, connected);
      ChannelFuture written = refused(story, channel, "late", connected);
      for (int delay : DELAYS) {
        quiet(story, delay - 1);
        turn(story, 1, () -> sending(story, "late", connected).fails(Errno.ENOBUFS));
        assertThat(written.isDone()).isFalse();
      }
      quiet(story, 99);
      turn(story, 1, () -> sending(story, "late", connected).answers(4));
      assertThat(written.isSuccess()).isTrue();

      refused(story, channel, "next", connected);
      turn(story, 5, () -> sending(story, "next", connected).answers(4));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("EAGAIN, too, is waited for by the timer")
  void takesEagainForAFullReceiver(boolean connected) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story, connected);
      sending(story, "late", connected).fails(Errno.EAGAIN);
      ChannelFuture written = channel.writeAndFlush(message("late", connected));
      quiet(story, 4);
      turn(story, 1, () -> sending(story, "late", connected).answers(4));
      assertThat(written.isSuccess()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("after 10 s the first one fails and names the receiver's buffer; the next waits")
  void failsTheFirstAfterTenSeconds(boolean connected) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story, connected);
      ChannelFuture first = refused(story, channel, "first", connected);
      ChannelFuture second = channel.writeAndFlush(message("second", connected));
      for (String call : List.of("send", "sendto", "sendmmsg")) {
        story.script().allow(call).fails(Errno.ENOBUFS);
      }
      story.script().allow("kevent");
      for (int waited = 0; waited < 9_900; waited += 100) {
        story.passes(100);
        story.turn();
      }
      assertThat(first.isDone()).isFalse();
      story.passes(200);
      story.turn();
      assertThat(first.cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ENOBUFS")
          .hasMessageContaining(PATH)
          .hasMessageContaining("5 bytes")
          .hasMessageContaining("the receiver's buffer")
          .hasMessageContaining("SO_RCVBUF")
          .hasMessageNotContaining("SO_SNDBUF");
      assertThat(second.isDone()).isFalse();
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  @DisplayName("what is flushed meanwhile makes no call, and follows in its order")
  void keepsTheOrder() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story, false);
      ChannelFuture first = refused(story, channel, "one", false);
      ChannelFuture second = channel.writeAndFlush(message("two", false));
      ChannelFuture third = channel.writeAndFlush(message("three", false));
      String[] all = {"one", "two", "three"};
      turn(story, 5, () -> story.udp().sending(FD, receiver, all).fails(Errno.ENOBUFS));
      assertThat(first.isDone()).isFalse();
      turn(story, 10, () -> story.udp().sendAll(FD, receiver, all));
      assertThat(first.isSuccess() && second.isSuccess() && third.isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("a write that is cancelled while the channel waits is released and never sent")
  void letsACancelledWriteGoAtOnce() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story, false);
      ChannelFuture first = refused(story, channel, "one", false);
      Object message = message("two", false);
      ChannelFuture second = channel.write(message);
      assertThat(second.cancel(false)).isTrue();
      ChannelFuture third = channel.writeAndFlush(message("three", false));
      assertThat(((DomainDatagramPacket) message).refCnt()).isZero();
      turn(story, 5, () -> story.udp().sendAll(FD, receiver, "one", "three"));
      assertThat(first.isSuccess() && third.isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("a datagram that waits goes on at the next loop, without the write filter")
  void waitsAtTheNextLoop() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story, true);
      ChannelFuture written = refused(story, channel, "late", true);
      story.script().expectKevent().changes(story.read(FD).delete()).withoutSlots();
      channel.deregister();
      story.tasks();

      sending(story, "late", true).fails(Errno.ENOBUFS);
      EventLoopGroup loop = story.loop();
      loop.register(channel);
      story.tasks();
      story.kevent(story.read(FD).oneShot()).returns();
      story.turn();
      turn(story, 5, () -> sending(story, "late", true).answers(4));
      assertThat(written.isSuccess()).isTrue();
      // The timer of before has nothing to do any more.
      quiet(story, 10);
    }
  }

  @Test
  @DisplayName("a channel that closes fails what waits, and nothing is tried afterwards")
  void closesWhileItWaits() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = channel(story, false);
      ChannelFuture written = refused(story, channel, "late", false);
      story.tcp().close(FD);
      channel.close();
      story.tasks();
      assertThat(written.cause()).isNotNull();
      quiet(story, 5);
    }
  }
}
