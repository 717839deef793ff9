package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxBytesRecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How a connection's end is noticed on every system: by what recv(2) says, after all bytes. */
@ParameterizedClass
@EnumSource(Os.class)
class EndOfStreamStoryTest {
  private final Os os;
  private final Recorder child = new Recorder();

  EndOfStreamStoryTest(Os os) {
    this.os = os;
  }

  /** Both sockets armed, and this comes back for the child. */
  private static void arms(ScriptedLoop story, io.github.kqueueffm.syscall.Kevent event) {
    story.kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot()).returns(event);
  }

  @Test
  @DisplayName("EV_EOF is a hint: what is buffered comes first, then recv tells the end [A2]")
  void comesAfterTheLastByte() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child);
      arms(story, story.read(CHILD).eof().data(5));
      story.tcp().recv(CHILD, "first");
      story.tcp().recv(CHILD, "last");
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log())
          .containsExactly("active", "read first", "read last", "complete", "inactive");
    }
  }

  @Test
  @DisplayName("with half-closure the other direction lives on, and nothing is armed [A2, A3]")
  void halfClosesTheConnection() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(
          new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true), child);
      arms(story, story.read(CHILD).eof().data(3));
      story.tcp().recv(CHILD, "bye");
      story.tcp().recvEnd(CHILD);
      story.turn();
      assertThat(child.log())
          .containsExactly(
              "active",
              "read bye",
              "complete",
              "ChannelInputShutdownEvent",
              "ChannelInputShutdownReadComplete");
      assertThat(((SocketChannel) child.channel()).isInputShutdown()).isTrue();

      story.tcp().send(CHILD, "answer");
      assertThat(child.write("answer").isSuccess()).isTrue();
      story.kevent().returns();
      story.turn();

      story.script().expect("shutdown", CHILD, 1);
      ((SocketChannel) child.channel()).shutdownOutput();
      story.tcp().close(CHILD);
      child.channel().close();
      story.kevent().returns();
      story.turn();
      assertThat(child.log()).contains("inactive");
    }
  }

  @Test
  @DisplayName("after the end a shutdown of both directions is that of the output alone")
  void needsNoShutdownOfTheInput() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(
          new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true), child);
      arms(story, story.read(CHILD).eof());
      story.tcp().recvEnd(CHILD);
      story.turn();
      SocketChannel channel = (SocketChannel) child.channel();
      assertThat(channel.isInputShutdown()).isTrue();
      assertThat(channel.shutdownInput().isSuccess()).isTrue();

      story.script().expect("shutdown", CHILD, 1);
      assertThat(channel.shutdown().isSuccess()).isTrue();
      assertThat(channel.isShutdown()).isTrue();
      assertThat(child.log()).containsOnlyOnce("ChannelInputShutdownReadComplete");

      story.tcp().close(CHILD);
      channel.close();
      assertThat(channel.shutdownInput().cause()).isInstanceOf(ClosedChannelException.class);
      story.kevent().returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("Darwin's ENOTCONN for an input whose end nobody has read is a shutdown")
  void isTakenFromTheInputsShutdown() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child);
      story.script().expect("shutdown", CHILD, 0).fails(Errno.ENOTCONN);
      SocketChannel channel = (SocketChannel) child.channel();
      assertThat(channel.shutdownInput().isSuccess()).isTrue();
      assertThat(channel.isInputShutdown()).isTrue();
    }
  }

  @Test
  @DisplayName("a reset is recv's ECONNRESET, half-closure or not, and closes [A2]")
  void canBeAReset() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(
          new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true), child);
      arms(story, story.read(CHILD).eof(Errno.ECONNRESET));
      story.tcp().recvFails(CHILD, Errno.ECONNRESET);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log())
          .containsExactly(
              "active",
              "complete",
              "IOException: Connection reset by peer: recv(/10.9.8.7:54321)",
              "inactive");
    }
  }

  @Test
  @DisplayName("FreeBSD and NetBSD deliver a one-shot that was drained: EAGAIN arms again")
  void isNotAStaleEvent() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child);
      arms(story, story.read(CHILD).data(7));
      story.tcp().recvFails(CHILD, Errno.EAGAIN);
      story.turn();
      assertThat(child.log()).containsExactly("active", "complete");
      assertThat(child.channel().isActive()).isTrue();

      story.kevent(story.read(CHILD).oneShot()).returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("not even EV_EOF makes an end of EAGAIN: it arms again, and does not stall [A2]")
  void isNotAnEarlyHint() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child);
      arms(story, story.read(CHILD).eof());
      story.tcp().recvFails(CHILD, Errno.EAGAIN);
      story.turn();
      story.kevent(story.read(CHILD).oneShot()).returns(story.read(CHILD).eof());
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).containsExactly("active", "complete", "complete", "inactive");
    }
  }

  @Test
  void isNotASignal() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child);
      arms(story, story.read(CHILD).data(2));
      story.tcp().recvFails(CHILD, Errno.EINTR);
      story.tcp().recv(CHILD, "hi");
      story.turn();
      assertThat(child.log()).containsExactly("active", "read hi", "complete");
    }
  }

  @Test
  @DisplayName("an ADD that fails is readiness, so that recv gives the real error [A9]")
  void canBeAnAddThatFails() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child);
      arms(story, story.read(CHILD).oneShot().error(Errno.EBADF));
      story.tcp().recvFails(CHILD, Errno.EBADF);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log())
          .containsExactly("active", "complete", "ClosedChannelException: null", "inactive");
    }
  }

  @Test
  @DisplayName("a handler that closes within channelRead ends the reading at once [A1]")
  void canBeTheHandlersOwn() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child.onRead(() -> child.channel().close()));
      arms(story, story.read(CHILD).eof().data(3));
      story.tcp().recv(CHILD, "end");
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).containsExactly("active", "read end", "complete", "inactive");
      story.kevent().returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("a limit of bytes per read does not cut off what stands before the end [A2]")
  void comesAfterTheLimitOfOneRead() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(
          new ServerBootstrap()
              .childOption(
                  ChannelOption.RECVBUF_ALLOCATOR, new DefaultMaxBytesRecvByteBufAllocator(8, 4)),
          child);
      arms(story, story.read(CHILD).eof().data(10));
      story.tcp().recv(CHILD, "abcd");
      story.tcp().recv(CHILD, "efgh");
      story.tcp().recv(CHILD, "ij");
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log())
          .containsExactly("active", "read abcd", "read efgh", "read ij", "complete", "inactive");
    }
  }
}
