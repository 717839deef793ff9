package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing on every system: without SIGPIPE, and with EVFILT_WRITE only while a socket is full. */
@ParameterizedClass
@EnumSource(Os.class)
class WriteScriptedTest extends AbstractScriptedLoopTest {
  private final Recorder child = new Recorder();

  WriteScriptedTest(Os os) {
    super(os);
  }

  private void accepted() {
    accepted(new ServerBootstrap());
  }

  private void accepted(ServerBootstrap bootstrap) {
    loop.accepted(bootstrap, child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  @Test
  @DisplayName("a message is one send with MSG_NOSIGNAL [B6]")
  void messageIsOneSend() {
    accepted();
    loop.tcp().send(CHILD, "one");
    assertThat(child.write("one").isSuccess()).isTrue();
  }

  @Test
  @DisplayName("several messages are one writev, or where there is no SO_NOSIGPIPE a sendmsg [B6]")
  void severalMessagesAreGathered() {
    accepted();
    loop.tcp().gathering(CHILD, "one", "two").answers(6);
    child.channel().write(Unpooled.copiedBuffer("one", US_ASCII));
    assertThat(child.write("two").isSuccess()).isTrue();
  }

  @Test
  void armsWriteWhenTheSocketIsFull() {
    accepted();
    loop.tcp().sending(CHILD, "abcdef").answers(2);
    ChannelFuture first = child.write("abcdef");
    ChannelFuture second = child.write("ghi");
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    loop.tcp().gathering(CHILD, "cdef", "ghi").answers(5);
    loop.turn();
    assertThat(first.isSuccess()).isTrue();
    assertThat(second.isDone()).isFalse();

    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    loop.tcp().sending(CHILD, "hi").fails(Errno.EAGAIN);
    loop.turn();
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    loop.tcp().send(CHILD, "hi");
    loop.turn();
    assertThat(second.isSuccess()).isTrue();
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  void eintrIsRepeated() {
    accepted();
    loop.tcp().sending(CHILD, "one").fails(Errno.EINTR);
    loop.tcp().send(CHILD, "one");
    assertThat(child.write("one").isSuccess()).isTrue();
  }

  @Test
  @DisplayName("EV_EOF on EVFILT_WRITE fails the writes and arms nothing any more [A3]")
  void failsWhenThePeerIsGone() {
    accepted();
    loop.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
    ChannelFuture first = child.write("one");
    ChannelFuture second = child.write("two");
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).eof(Errno.EPIPE));
    loop.tcp().gathering(CHILD, "one", "two").fails(Errno.EPIPE);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(first.cause()).isInstanceOf(IOException.class).hasMessageStartingWith("Broken pipe");
    assertThat(second.cause()).isInstanceOf(IOException.class);
    assertThat(child.log()).containsExactly("active", "inactive");
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  @DisplayName("with auto-close off a dead peer ends the output, and nothing spins [A3]")
  void deadPeerEndsTheOutputWithoutAutoClose() {
    accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false));
    loop.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
    ChannelFuture written = child.write("one");
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).eof());
    loop.tcp().sending(CHILD, "one").fails(Errno.EPIPE);
    loop.script().expect("shutdown", CHILD, 1);
    loop.turn();
    assertThat(written.cause())
        .rootCause()
        .hasMessageStartingWith("Broken pipe: send(/10.9.8.7:54321) (EPIPE, 32)");
    assertThat(((SocketChannel) child.channel()).isOutputShutdown()).isTrue();
    loop.kevent().returns();
    loop.turn();
    assertThat(child.channel().isOpen()).isTrue();
  }

  @Test
  @DisplayName("the peer's half-close does not stop a write: EVFILT_WRITE has no EV_EOF then")
  void halfCloseOfThePeerDoesNotStopWrites() {
    accepted(new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
    loop.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
    ChannelFuture written = child.write("one");
    loop.kevent(loop.write(CHILD).oneShot())
        .returns(loop.read(CHILD).eof(), loop.write(CHILD).data(1));
    loop.tcp().recvEnd(CHILD);
    loop.tcp().send(CHILD, "one");
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("the close of a channel with unsent data and an armed filter leaves nothing [A1]")
  void closeOfFullSocketLeavesNothing() {
    accepted();
    loop.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
    ChannelFuture written = child.write("one");
    loop.tcp().close(CHILD);
    child.channel().close();
    assertThat(written.isSuccess()).isFalse();
    assertThat(written.isDone()).isTrue();
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  @DisplayName("Darwin's EPROTOTYPE while the peer closes is a broken pipe")
  void eprototypeIsABrokenPipe() {
    accepted();
    loop.tcp().sending(CHILD, "one").fails(Errno.EPROTOTYPE);
    loop.tcp().close(CHILD);
    ChannelFuture written = child.write("one");
    assertThat(written.cause().getMessage()).contains(os.isMacos() ? "Broken pipe" : "EPROTOTYPE");
  }

  @Test
  @DisplayName("the write-spin count ends a turn, and a task goes on with the rest")
  void yieldsToOtherChannelsAfterTheSpinCount() {
    accepted(new ServerBootstrap().childOption(ChannelOption.WRITE_SPIN_COUNT, 2));
    for (int turns = 0; turns < 2; turns++) {
      loop.tcp().sending(CHILD, "one").fails(Errno.EINTR);
      loop.tcp().sending(CHILD, "one").fails(Errno.EINTR);
      ChannelFuture written = child.write("one");
      loop.script().verify();
      loop.tcp().sending(CHILD, "one").fails(Errno.EINTR);
      loop.tcp().send(CHILD, "one");
      loop.tasks();
      assertThat(written.isSuccess()).isTrue();
    }
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  void emptyMessageMakesNoCall() {
    accepted();
    assertThat(child.channel().writeAndFlush(Unpooled.directBuffer(1)).isSuccess()).isTrue();
    assertThat(child.channel().isOpen()).isTrue();
  }

  @Test
  void directMessageIsSentFromWhereItIs() {
    accepted();
    ByteBuf message = Unpooled.directBuffer(3).writeBytes("one".getBytes(US_ASCII));
    long address = message.memoryAddress();
    loop.tcp()
        .sending(CHILD, "one")
        .where(call -> call.argument(1) == address ? null : "it is a copy")
        .answers(3);
    assertThat(child.channel().writeAndFlush(message).isSuccess()).isTrue();
  }

  private void leavesItsLoop() {
    loop.script().expectKevent().changes(loop.read(CHILD).delete()).withoutSlots();
    child.channel().deregister();
    loop.tasks();
  }

  @Test
  @DisplayName("what is flushed without a loop is sent by the next one, once there is room")
  void resumesAfterAnotherRegistration() {
    accepted();
    leavesItsLoop();
    ChannelFuture written = child.write("one");
    loop.kevent().returns();
    loop.turn();
    assertThat(written.isDone()).isFalse();
    EventLoopGroup group = loop.eventLoop();
    assertThat(group.register(child.channel()).isSuccess()).isTrue();
    loop.kevent(loop.read(CHILD).oneShot(), loop.write(CHILD).oneShot())
        .returns(loop.write(CHILD).data(9000));
    loop.tcp().send(CHILD, "one");
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
  }

  @Test
  void closesWithoutALoop() {
    accepted();
    leavesItsLoop();
    loop.tcp().close(CHILD);
    ChannelFuture closed = child.channel().close();
    assertThat(closed.isSuccess()).isTrue();
    assertThat(child.channel().isActive()).isFalse();
  }

  @Test
  void disconnectThatPassesThePipelineByCloses() {
    accepted();
    loop.tcp().close(CHILD);
    ChannelPromise disconnected = child.channel().newPromise();
    child.channel().unsafe().disconnect(disconnected);
    assertThat(disconnected.isSuccess()).isTrue();
    assertThat(child.channel().isOpen()).isFalse();
  }

  @Test
  void loopOfAnotherTransportIsRefused() {
    Channel channel = loop.client(child).register().channel();
    channel.deregister();
    loop.tasks();
    DefaultEventLoop other = new DefaultEventLoop();
    assertThat(other.register(channel).cause())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("incompatible event loop type");
    loop.tcp().close(CLIENT);
    channel.unsafe().closeForcibly();
  }

  private void setsLinger(int seconds) {
    loop.script()
        .expect("setsockopt", CHILD, Os.SOL_SOCKET, os.linger(), ANY, 8)
        .with(3, Os.ints(1, seconds));
    child.channel().config().setOption(ChannelOption.SO_LINGER, seconds);
  }

  @Test
  @DisplayName("SO_LINGER of 0 blocks nothing, so the loop's thread closes")
  void closesAtOnceWithALingerOf0() {
    accepted();
    setsLinger(0);
    List<Thread> closing = new ArrayList<>();
    loop.script().expect("close", CHILD).runs(() -> closing.add(Thread.currentThread()));
    assertThat(child.channel().close().isSuccess()).isTrue();
    assertThat(closing).containsExactly(Thread.currentThread());
  }

  @Test
  @DisplayName("a close that may block for SO_LINGER leaves the loop and runs elsewhere")
  void closesElsewhereWithALinger() {
    accepted();
    setsLinger(5);
    List<Thread> closing = new CopyOnWriteArrayList<>();
    loop.script().expect("close", CHILD).runs(() -> closing.add(Thread.currentThread()));
    ChannelFuture closed = child.channel().close();
    // The executor has one thread, so the close has ended once this task has.
    GlobalEventExecutor.INSTANCE.submit(() -> {}).syncUninterruptibly();
    loop.tasks();
    assertThat(closed.isSuccess()).isTrue();
    assertThat(closing).hasSize(1).doesNotContain(Thread.currentThread());
    loop.tasks();
    assertThat(child.log()).containsExactly("active", "inactive");
  }

  @Test
  @DisplayName(
      "a socket that takes less than half of a writev is offered less, and then more again")
  void gathersWhatTheSocketTakes() {
    String a = "a".repeat(3000);
    String b = "b".repeat(3000);
    String c = "c".repeat(3000);
    accepted();
    for (String text : List.of(a, b, c)) {
      child.channel().write(Unpooled.copiedBuffer(text, US_ASCII));
    }
    loop.tcp().gathering(CHILD, a, b, c).answers(1000);
    child.channel().flush();
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    // At most 4,500 bytes: half of what the socket did not take.
    loop.tcp().gathering(CHILD, a.substring(1000)).answers(2000);
    loop.tcp().gathering(CHILD, b).answers(3000);
    loop.tcp().send(CHILD, c);
    loop.turn();

    // Twice of what it took whole.
    for (String text : List.of(a, b, c)) {
      child.channel().write(Unpooled.copiedBuffer(text, US_ASCII));
    }
    loop.tcp().gathering(CHILD, a, b).answers(6000);
    loop.tcp().send(CHILD, c);
    child.channel().flush();
    loop.script().verify();
  }

  @Test
  @DisplayName("a message that is larger than what is offered is offered alone, and whole")
  void offersALargeMessageAlone() {
    String a = "a".repeat(3000);
    String b = "b".repeat(6000);
    accepted();
    for (String text : List.of(a, b, "end")) {
      child.channel().write(Unpooled.copiedBuffer(text, US_ASCII));
    }
    loop.tcp().gathering(CHILD, a, b, "end").answers(1000);
    child.channel().flush();
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    loop.tcp().gathering(CHILD, a.substring(1000)).answers(2000);
    loop.tcp().gathering(CHILD, b).answers(6000);
    loop.tcp().send(CHILD, "end");
    loop.turn();
  }

  @Test
  @DisplayName("a writev that takes half or more, or little of little, is as large the next time")
  void gathersAsMuchAfterAFairPart() {
    accepted();
    String a = "a".repeat(2048);
    String b = "b".repeat(2049);
    child.channel().write(Unpooled.copiedBuffer(a, US_ASCII));
    child.channel().write(Unpooled.copiedBuffer(b, US_ASCII));
    loop.tcp().gathering(CHILD, a, b).answers(2048);
    child.channel().flush();
    child.channel().write(Unpooled.copiedBuffer(a, US_ASCII));
    child.channel().write(Unpooled.copiedBuffer(b, US_ASCII));
    child.channel().flush();
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    loop.tcp().gathering(CHILD, b, a, b).answers(6146);
    loop.turn();
    loop.kevent().returns();
    loop.turn();
  }
}
