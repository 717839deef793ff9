package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.IpStack;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/** Each event of Flight Recorder, recorded and read back. */
class EventsScriptedTest extends AbstractScriptedLoopTest {
  private static final InetSocketAddress REMOTE = new InetSocketAddress(THERE, PORT);

  private final Recorder child = new Recorder();

  EventsScriptedTest() {
    super(Os.FREEBSD_X86_64);
  }

  private void accepted() {
    accepted(new ServerBootstrap());
  }

  private void accepted(ServerBootstrap bootstrap) {
    loop.accepted(bootstrap, child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  private static RecordedEvent only(List<RecordedEvent> events) {
    assertThat(events).hasSize(1);
    return events.get(0);
  }

  private String name() {
    return child.channel().id().asShortText();
  }

  @Test
  void turnHasItsWaitItsEventsAndItsChanges() throws Exception {
    try (EventRecording recording = EventRecording.of("LoopTurn")) {
      loop.accepted(child);
      loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
          .returns(loop.read(CHILD).data(5));
      loop.tcp().recv(CHILD, "hello");
      loop.turn();
      loop.kevent(loop.read(CHILD).oneShot()).returns();
      loop.turn();

      List<RecordedEvent> turns = recording.events("LoopTurn");
      // The third turn is not over.
      assertThat(turns).hasSize(2);
      RecordedEvent turn = turns.get(1);
      assertThat(turn.getInt("events")).isEqualTo(1);
      assertThat(turn.getInt("changes")).isEqualTo(2);
      assertThat(turn.getDuration("timeWaited")).isPositive();
      assertThat(turn.getDuration("timeHandling"))
          .isPositive()
          .isLessThanOrEqualTo(turn.getDuration());
    }
  }

  @Test
  void lastTurnEndsWithTheLoop() throws Exception {
    try (EventRecording recording = EventRecording.of("LoopTurn")) {
      loop.kevent().returns();
      loop.turn();
      assertThat(recording.events("LoopTurn")).isEmpty();
      loop.script().allow("kevent");
      reopen();
      assertThat(recording.events("LoopTurn")).isNotEmpty();
    }
  }

  @Test
  void turnIncludesItsTasks() throws Exception {
    try (EventRecording recording = EventRecording.of("LoopTurn")) {
      loop.eventLoop().execute(() -> busy(Duration.ofMillis(20)));
      loop.kevent().returns();
      loop.turn();
      loop.kevent().returns();
      loop.turn();
      RecordedEvent turn = only(recording.events("LoopTurn"));
      assertThat(turn.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
      assertThat(turn.getDuration().minus(turn.getDuration("timeHandling")))
          .isGreaterThanOrEqualTo(Duration.ofMillis(20));
    }
  }

  private static void busy(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void wakeupThatNeedsACallIsRecordedOnTheThreadThatMakesIt() throws Exception {
    try (EventRecording recording = EventRecording.of("Wakeup")) {
      useRealTime();
      loop.kevent()
          .forEver()
          .runs(() -> ScriptedLoop.elsewhere(loop.eventLoop()::wakeup))
          .returns(loop.wakeup());
      loop.expectWakeup();
      loop.expectWakeupTaken();
      loop.sleeps();
      // The loop is awake, so that this needs no call.
      ScriptedLoop.elsewhere(loop.eventLoop()::wakeup);

      RecordedEvent wakeup = only(recording.all("Wakeup"));
      assertThat(wakeup.getThread().getJavaName()).isEqualTo("elsewhere");
      assertThat(wakeup.getThread("loop").getJavaThreadId())
          .isEqualTo(Thread.currentThread().threadId());
      assertThat(wakeup.getString("kind")).isEqualTo(os.wakeup());
      loop.kevent().returns();
      loop.turn();
    }
  }

  private ChannelFuture connecting() {
    ChannelFuture connected = loop.client(child).connect(REMOTE);
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    loop.tasks();
    return connected;
  }

  @Test
  void refusedConnectHasItsAddressAndErrno() throws Exception {
    try (EventRecording recording = EventRecording.of("ConnectFailed", "ChannelClose")) {
      connecting();
      loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).eof(Errno.ECONNREFUSED));
      loop.tcp().close(CLIENT);
      loop.turn();

      RecordedEvent failed = only(recording.events("ConnectFailed"));
      assertThat(failed.getString("channel")).isEqualTo(name());
      assertThat(failed.getString("remoteAddress")).isEqualTo(REMOTE.toString());
      assertThat(failed.getString("error")).isEqualTo("ECONNREFUSED");
      assertThat(failed.getInt("errno")).isEqualTo(61);
      assertThat(failed.getString("message")).startsWith("Connection refused: " + REMOTE);
      assertThat(failed.getDuration()).isPositive();
      RecordedEvent closed = only(recording.events("ChannelClose"));
      assertThat(closed.getString("reason")).isEqualTo("error");
      assertThat(closed.getString("error")).isEqualTo("ECONNREFUSED");
    }
  }

  @Test
  void connectThatIsRefusedAtOnceHasItsErrno() throws Exception {
    try (EventRecording recording = EventRecording.of("ConnectFailed", "ChannelClose")) {
      loop.client(child).connect(REMOTE);
      loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.ENETUNREACH);
      loop.tcp().close(CLIENT);
      loop.tasks();
      assertThat(only(recording.events("ConnectFailed")).getString("error"))
          .isEqualTo("ENETUNREACH");
      assertThat(only(recording.events("ChannelClose")).getString("reason")).isEqualTo("error");
    }
  }

  @Test
  void connectThatTimesOutHasNoErrno() throws Exception {
    try (EventRecording recording = EventRecording.of("ConnectFailed")) {
      connecting();
      loop.passes(30_000);
      loop.kevent(loop.write(CLIENT).oneShot()).returns();
      loop.tcp().close(CLIENT);
      loop.turn();
      RecordedEvent failed = only(recording.events("ConnectFailed"));
      assertThat(failed.getString("error")).isNull();
      assertThat(failed.getInt("errno")).isZero();
      assertThat(failed.getString("message")).startsWith("connection timed out after 30000 ms");
    }
  }

  @Test
  void connectThatIsGivenUpFailsOnce() throws Exception {
    try (EventRecording recording = EventRecording.of("ConnectFailed")) {
      ChannelFuture cancelled = connecting();
      loop.tcp().close(CLIENT);
      cancelled.cancel(false);
      loop.tasks();
      assertThat(only(recording.events("ConnectFailed")).getString("remoteAddress"))
          .isEqualTo(REMOTE.toString());
    }
  }

  @Test
  void acceptPausedWithoutFreeDescriptorsNamesTheErrno() throws Exception {
    try (EventRecording recording = EventRecording.of("AcceptPaused")) {
      Channel server = loop.listen(() -> child);
      loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
      loop.tcp().accept(SERVER).fails(Errno.EMFILE);
      loop.turn();
      RecordedEvent paused = only(recording.events("AcceptPaused"));
      assertThat(paused.getString("channel")).isEqualTo(server.id().asShortText());
      assertThat(paused.getString("error")).isEqualTo("EMFILE");
      assertThat(paused.getInt("errno")).isEqualTo(24);
      assertThat(paused.getDuration("pause")).isEqualTo(Duration.ofMillis(100));
    }
  }

  @Test
  void writeWaitsUntilThereIsRoom() throws Exception {
    accepted();
    try (EventRecording recording = EventRecording.of("WriteWait")) {
      loop.tcp().sending(CHILD, "abcdef").answers(2);
      child.write("abcdef");
      assertThat(recording.events("WriteWait")).isEmpty();
      loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
      loop.tcp().send(CHILD, "cdef");
      loop.turn();

      RecordedEvent waited = only(recording.events("WriteWait"));
      assertThat(waited.getString("channel")).isEqualTo(name());
      assertThat(waited.getString("remoteAddress")).isEqualTo("/" + THERE + ":" + THEIR_PORT);
      assertThat(waited.getLong("pending")).isGreaterThanOrEqualTo(6);
      assertThat(waited.getBoolean("closed")).isFalse();
      assertThat(waited.getDuration()).isPositive();
    }
  }

  @Test
  void writeWaitEndsWithItsChannel() throws Exception {
    accepted();
    try (EventRecording recording = EventRecording.of("WriteWait")) {
      loop.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
      child.write("one");
      loop.tcp().close(CHILD);
      child.channel().close();
      assertThat(only(recording.events("WriteWait")).getBoolean("closed")).isTrue();
    }
  }

  /** Closes the accepted channel in some way, and returns what is recorded of it. */
  private RecordedEvent close(Runnable way) throws Exception {
    try (EventRecording recording = EventRecording.of("ChannelClose")) {
      loop.tcp().close(CHILD);
      way.run();
      RecordedEvent closed = only(recording.events("ChannelClose"));
      assertThat(closed.getString("channel")).isEqualTo(name());
      assertThat(closed.getString("remoteAddress")).isEqualTo("/" + THERE + ":" + THEIR_PORT);
      return closed;
    }
  }

  @Test
  void channelThatThePeerEndsClosesForTheEnd() throws Exception {
    loop.accepted(child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    RecordedEvent closed = close(loop::turn);
    assertThat(closed.getString("reason")).isEqualTo("end");
    assertThat(closed.getString("error")).isNull();
    assertThat(closed.getString("message")).isNull();
  }

  @Test
  void channelThatIsResetClosesForTheReset() throws Exception {
    accepted();
    loop.kevent().returns(loop.read(CHILD).eof(Errno.ECONNRESET));
    loop.tcp().recvFails(CHILD, Errno.ECONNRESET);
    RecordedEvent closed = close(loop::turn);
    assertThat(closed.getString("reason")).isEqualTo("reset");
    assertThat(closed.getString("error")).isEqualTo("ECONNRESET");
    assertThat(closed.getInt("errno")).isEqualTo(54);
    assertThat(closed.getString("message")).startsWith("Connection reset by peer");
  }

  @Test
  void handlerThatClosesInAnswerToAResetKeepsTheReason() throws Exception {
    accepted();
    child
        .channel()
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.close();
              }
            });
    child.channel().pipeline().remove(child);
    loop.kevent().returns(loop.read(CHILD).eof(Errno.ECONNRESET));
    loop.tcp().recvFails(CHILD, Errno.ECONNRESET);
    assertThat(close(loop::turn).getString("reason")).isEqualTo("reset");
  }

  @Test
  void writeThatFailsClosesForItsErrno() throws Exception {
    accepted();
    loop.tcp().sending(CHILD, "one").fails(Errno.EPIPE);
    RecordedEvent closed = close(() -> child.write("one"));
    assertThat(closed.getString("reason")).isEqualTo("reset");
    assertThat(closed.getString("error")).isEqualTo("EPIPE");
  }

  @Test
  void channelWithAnotherFailureClosesForAnError() throws Exception {
    accepted();
    loop.kevent().returns(loop.read(CHILD).data(1));
    loop.tcp().recvFails(CHILD, Errno.ETIMEDOUT);
    RecordedEvent closed = close(loop::turn);
    assertThat(closed.getString("reason")).isEqualTo("error");
    assertThat(closed.getString("error")).isEqualTo("ETIMEDOUT");
  }

  @Test
  void channelThatTheApplicationClosesIsItsOwn() throws Exception {
    accepted();
    RecordedEvent closed = close(child.channel()::close);
    assertThat(closed.getString("reason")).isEqualTo("own");
    assertThat(closed.getInt("errno")).isZero();
  }

  @Test
  void failureThatHasNotClosedTheChannelIsNoReasonLater() throws Exception {
    accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false));
    try (EventRecording recording = EventRecording.of("ChannelClose")) {
      loop.tcp().sending(CHILD, "one").fails(Errno.EPIPE);
      loop.script().expect("shutdown", CHILD, 1);
      child.channel().writeAndFlush(Unpooled.copiedBuffer("one", US_ASCII));
      loop.tasks();
      assertThat(recording.events("ChannelClose")).isEmpty();
    }
    assertThat(close(child.channel()::close).getString("reason")).isEqualTo("own");
  }

  @Test
  void refusedCallIsAFallbackUntilItIsGivenUp() throws Exception {
    loop.listen(() -> child);
    try (EventRecording recording = EventRecording.of("Fallback")) {
      loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
      loop.tcp().accept(SERVER).fails(Errno.ENOSYS);
      byte[] address = os.address(THERE, THEIR_PORT);
      loop.script()
          .expect("accept", SERVER)
          .writes(1, address)
          .writesInts(2, address.length)
          .answers(CHILD);
      loop.tcp().flags(CHILD);
      loop.tcp().option(CHILD, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1);
      loop.script().expect("accept", SERVER).fails(Errno.EAGAIN);
      loop.turn();
      RecordedEvent fallback = only(recording.events("Fallback"));
      assertThat(fallback.getString("feature")).isEqualTo("accept4");
      assertThat(fallback.getString("replacement")).isEqualTo("accept and fcntl");
      assertThat(fallback.getString("reason")).isEqualTo("ENOSYS: Function not implemented (78)");
      assertThat(fallback.getBoolean("permanent")).isTrue();
    }
  }

  @Test
  void systemWithoutIpv6IsAFallback() throws Exception {
    try (EventRecording recording = EventRecording.of("Fallback")) {
      loop.script().expect("socket").fails(Errno.EAFNOSUPPORT);
      assertThat(IpStack.of(loop.kernel())).isEqualTo(IpStack.IPV4_ONLY);
      RecordedEvent fallback = only(recording.events("Fallback"));
      assertThat(fallback.getString("replacement")).isEqualTo("sockets of IPv4");
      assertThat(fallback.getString("reason")).startsWith("EAFNOSUPPORT: ");
    }
  }

  @Test
  void thresholdKeepsShortTurnsOut() throws Exception {
    try (EventRecording recording = EventRecording.of("ChannelClose")) {
      // Enabled by its default, with its default threshold, as in any recording.
      loop.kevent().returns();
      loop.turn();
      loop.kevent().returns();
      loop.turn();
      assertThat(recording.events("LoopTurn")).isEmpty();
    }
  }
}
