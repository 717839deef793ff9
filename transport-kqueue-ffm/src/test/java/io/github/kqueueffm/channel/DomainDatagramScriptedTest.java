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
class DomainDatagramScriptedTest extends AbstractScriptedLoopTest {
  private static final int FD = CLIENT;
  private static final String PATH = "/tmp/receiver";
  private static final int[] DELAYS = {5, 10, 20, 40, 80, 100, 100};

  private final byte[] receiver;

  DomainDatagramScriptedTest(Os os) {
    super(os);
    receiver = os.localAddress(PATH.getBytes(US_ASCII));
  }

  @SuppressWarnings("deprecation")
  private Bootstrap bootstrap() {
    loop.tcp().localDatagramSocket(FD);
    return new Bootstrap()
        .group(loop.eventLoop())
        .channelFactory(() ->
            new KQueueFfmDomainDatagramChannel(
                Sockets.datagram(loop.kernel(), SocketProtocolFamily.UNIX), false))
        .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true)
        .handler(new ChannelInboundHandlerAdapter());
  }

  private Channel channel(boolean connected) {
    Bootstrap bootstrap = bootstrap();
    ChannelFuture future;
    if (connected) {
      loop.script().expect("connect", FD, ANY, receiver.length).with(1, receiver);
      loop.script().expect("getpeername", FD).writes(1, receiver).writesInts(2, receiver.length);
      future = bootstrap.connect(new DomainSocketAddress(PATH));
    } else {
      future = bootstrap.register();
    }
    loop.tasks();
    assertThat(future.isSuccess()).isTrue();
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
    return future.channel();
  }

  private static Object message(String text, boolean connected) {
    ByteBuf content = Unpooled.copiedBuffer(text, US_ASCII);
    return connected ? content : new DomainDatagramPacket(content, new DomainSocketAddress(PATH));
  }

  private Expectation sending(String text, boolean connected) {
    return connected ? loop.tcp().sending(FD, text) : loop.udp().sending(FD, receiver, text);
  }

  /** A turn after that time, which changes nothing in the kqueue. */
  private void turn(int millis, Runnable expectations) {
    loop.passes(millis);
    loop.kevent().returns();
    expectations.run();
    loop.turn();
  }

  private void quiet(int millis) {
    turn(millis, () -> {});
  }

  /** The first write, which finds the receiver full. */
  private ChannelFuture refused(Channel channel, String text, boolean connected) {
    sending(text, connected).fails(Errno.ENOBUFS);
    ChannelFuture written = channel.writeAndFlush(message(text, connected));
    assertThat(written.isDone()).isFalse();
    return written;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("a full receiver is tried again after 5 ms, doubling to 100, never by the filter")
  void fullReceiverIsRetriedByTimer(boolean connected) {
    Channel channel = channel(connected);
    ChannelFuture written = refused(channel, "late", connected);
    for (int delay : DELAYS) {
      quiet(delay - 1);
      turn(1, () -> sending("late", connected).fails(Errno.ENOBUFS));
      assertThat(written.isDone()).isFalse();
    }
    quiet(99);
    turn(1, () -> sending("late", connected).answers(4));
    assertThat(written.isSuccess()).isTrue();

    refused(channel, "next", connected);
    turn(5, () -> sending("next", connected).answers(4));
  }

  @Test
  void waitForAFullReceiverIsRecordedOnceWithAllItsTries() throws Exception {
    Channel channel = channel(false);
    try (EventRecording recording = EventRecording.of("WriteWait")) {
      refused(channel, "late", false);
      turn(5, () -> sending("late", false).fails(Errno.ENOBUFS));
      assertThat(recording.events("WriteWait")).isEmpty();
      turn(10, () -> sending("late", false).answers(4));
      assertThat(recording.events("WriteWait")).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("EAGAIN, too, is waited for by the timer")
  void eagainIsRetriedByTimer(boolean connected) {
    Channel channel = channel(connected);
    sending("late", connected).fails(Errno.EAGAIN);
    ChannelFuture written = channel.writeAndFlush(message("late", connected));
    quiet(4);
    turn(1, () -> sending("late", connected).answers(4));
    assertThat(written.isSuccess()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("after 10 s the first one fails and names the receiver's buffer; the next waits")
  void firstDatagramFailsAfterTenSeconds(boolean connected) {
    Channel channel = channel(connected);
    ChannelFuture first = refused(channel, "first", connected);
    ChannelFuture second = channel.writeAndFlush(message("second", connected));
    for (String call : List.of("send", "sendto", "sendmmsg")) {
      loop.script().allow(call).fails(Errno.ENOBUFS);
    }
    loop.script().allow("kevent");
    for (int waited = 0; waited < 9_900; waited += 100) {
      loop.passes(100);
      loop.turn();
    }
    assertThat(first.isDone()).isFalse();
    loop.passes(200);
    loop.turn();
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

  @Test
  @DisplayName("what is flushed meanwhile makes no call, and follows in its order")
  void laterFlushKeepsTheOrder() {
    Channel channel = channel(false);
    ChannelFuture first = refused(channel, "one", false);
    ChannelFuture second = channel.writeAndFlush(message("two", false));
    ChannelFuture third = channel.writeAndFlush(message("three", false));
    String[] all = {"one", "two", "three"};
    turn(5, () -> loop.udp().sending(FD, receiver, all).fails(Errno.ENOBUFS));
    assertThat(first.isDone()).isFalse();
    turn(10, () -> loop.udp().sendAll(FD, receiver, all));
    assertThat(first.isSuccess() && second.isSuccess() && third.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a write that is cancelled while the channel waits is released and never sent")
  void cancelledWriteIsReleasedAtOnce() {
    Channel channel = channel(false);
    ChannelFuture first = refused(channel, "one", false);
    Object message = message("two", false);
    ChannelFuture second = channel.write(message);
    assertThat(second.cancel(false)).isTrue();
    ChannelFuture third = channel.writeAndFlush(message("three", false));
    assertThat(((DomainDatagramPacket) message).refCnt()).isZero();
    turn(5, () -> loop.udp().sendAll(FD, receiver, "one", "three"));
    assertThat(first.isSuccess() && third.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a datagram that waits goes on at the next loop, without the write filter")
  void pendingDatagramIsRetriedOnTheNextLoop() {
    Channel channel = channel(true);
    ChannelFuture written = refused(channel, "late", true);
    loop.script().expectKevent().changes(loop.read(FD).delete()).withoutSlots();
    channel.deregister();
    loop.tasks();

    sending("late", true).fails(Errno.ENOBUFS);
    EventLoopGroup group = loop.eventLoop();
    group.register(channel);
    loop.tasks();
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
    turn(5, () -> sending("late", true).answers(4));
    assertThat(written.isSuccess()).isTrue();
    // The timer of before has nothing to do any more.
    quiet(10);
  }

  @Test
  @DisplayName("a channel that closes fails what waits, and nothing is tried afterwards")
  void closeFailsPendingDatagrams() {
    Channel channel = channel(false);
    ChannelFuture written = refused(channel, "late", false);
    loop.tcp().close(FD);
    channel.close();
    loop.tasks();
    assertThat(written.cause()).isNotNull();
    quiet(5);
  }
}
