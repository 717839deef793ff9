package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing on every system: without SIGPIPE, and with EVFILT_WRITE only while a socket is full. */
@ParameterizedClass
@EnumSource(Os.class)
class WriteStoryTest {
  private final Os os;
  private final Recorder child = new Recorder();

  WriteStoryTest(Os os) {
    this.os = os;
  }

  private ScriptedLoop accepted() {
    return accepted(new ServerBootstrap());
  }

  private ScriptedLoop accepted(ServerBootstrap bootstrap) {
    ScriptedLoop story = ScriptedLoop.on(os);
    story.accepted(bootstrap, child);
    story.kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot()).returns();
    story.turn();
    return story;
  }

  @Test
  @DisplayName("a message is one send with MSG_NOSIGNAL [B6]")
  void sendsAMessage() {
    try (ScriptedLoop story = accepted()) {
      story.tcp().send(CHILD, "one");
      assertThat(child.write("one").isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("several messages are one writev, or where there is no SO_NOSIGPIPE a sendmsg [B6]")
  void gathersMessages() {
    try (ScriptedLoop story = accepted()) {
      story.tcp().gathering(CHILD, "one", "two").answers(6);
      child.channel().write(Unpooled.copiedBuffer("one", US_ASCII));
      assertThat(child.write("two").isSuccess()).isTrue();
    }
  }

  @Test
  void armsWriteWhenTheSocketIsFull() {
    try (ScriptedLoop story = accepted()) {
      story.tcp().sending(CHILD, "abcdef").answers(2);
      ChannelFuture first = child.write("abcdef");
      ChannelFuture second = child.write("ghi");
      story.kevent(story.write(CHILD).oneShot()).returns(story.write(CHILD).data(9000));
      story.tcp().gathering(CHILD, "cdef", "ghi").answers(5);
      story.turn();
      assertThat(first.isSuccess()).isTrue();
      assertThat(second.isDone()).isFalse();

      story.kevent(story.write(CHILD).oneShot()).returns(story.write(CHILD).data(9000));
      story.tcp().sending(CHILD, "hi").fails(Errno.EAGAIN);
      story.turn();
      story.kevent(story.write(CHILD).oneShot()).returns(story.write(CHILD).data(9000));
      story.tcp().send(CHILD, "hi");
      story.turn();
      assertThat(second.isSuccess()).isTrue();
      story.kevent().returns();
      story.turn();
    }
  }

  @Test
  void goesOnAfterASignal() {
    try (ScriptedLoop story = accepted()) {
      story.tcp().sending(CHILD, "one").fails(Errno.EINTR);
      story.tcp().send(CHILD, "one");
      assertThat(child.write("one").isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("EV_EOF on EVFILT_WRITE fails the writes and arms nothing any more [A3]")
  void failsWhenThePeerIsGone() {
    try (ScriptedLoop story = accepted()) {
      story.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
      ChannelFuture first = child.write("one");
      ChannelFuture second = child.write("two");
      story.kevent(story.write(CHILD).oneShot()).returns(story.write(CHILD).eof(Errno.EPIPE));
      story.tcp().gathering(CHILD, "one", "two").fails(Errno.EPIPE);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(first.cause())
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("Broken pipe");
      assertThat(second.cause()).isInstanceOf(IOException.class);
      assertThat(child.log()).containsExactly("active", "inactive");
      story.kevent().returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("with auto-close off a dead peer ends the output, and nothing spins [A3]")
  void leavesTheChannelOpenWithoutAutoClose() {
    try (ScriptedLoop story =
        accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false))) {
      story.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
      ChannelFuture written = child.write("one");
      story.kevent(story.write(CHILD).oneShot()).returns(story.write(CHILD).eof());
      story.tcp().sending(CHILD, "one").fails(Errno.EPIPE);
      story.script().expect("shutdown", CHILD, 1);
      story.turn();
      assertThat(written.cause())
          .rootCause()
          .hasMessageStartingWith("Broken pipe: send(/10.9.8.7:54321) (EPIPE, 32)");
      assertThat(((SocketChannel) child.channel()).isOutputShutdown()).isTrue();
      story.kevent().returns();
      story.turn();
      assertThat(child.channel().isOpen()).isTrue();
    }
  }

  @Test
  @DisplayName("the peer's half-close does not stop a write: EVFILT_WRITE has no EV_EOF then")
  void goesOnAfterThePeersHalfClose() {
    try (ScriptedLoop story =
        accepted(new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true))) {
      story.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
      ChannelFuture written = child.write("one");
      story
          .kevent(story.write(CHILD).oneShot())
          .returns(story.read(CHILD).eof(), story.write(CHILD).data(1));
      story.tcp().recvEnd(CHILD);
      story.tcp().send(CHILD, "one");
      story.turn();
      assertThat(written.isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("the close of a channel with unsent data and an armed filter leaves nothing [A1]")
  void canBeClosedWhileFull() {
    try (ScriptedLoop story = accepted()) {
      story.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
      ChannelFuture written = child.write("one");
      story.tcp().close(CHILD);
      child.channel().close();
      assertThat(written.isSuccess()).isFalse();
      assertThat(written.isDone()).isTrue();
      story.kevent().returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("Darwin's EPROTOTYPE while the peer closes is a broken pipe")
  void takesEprototypeForABrokenPipe() {
    try (ScriptedLoop story = accepted()) {
      story.tcp().sending(CHILD, "one").fails(Errno.EPROTOTYPE);
      story.tcp().close(CHILD);
      ChannelFuture written = child.write("one");
      assertThat(written.cause().getMessage())
          .contains(os.isMacos() ? "Broken pipe" : "EPROTOTYPE");
    }
  }
}
