package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.Kevent;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxBytesRecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How a connection's end is noticed on every system: by what recv(2) says, after all bytes. */
@ParameterizedClass
@EnumSource(Os.class)
class EndOfStreamScriptedTest extends AbstractScriptedLoopTest {
  private final Recorder child = new Recorder();

  EndOfStreamScriptedTest(Os os) {
    super(os);
  }

  /** Both sockets armed, and this comes back for the child. */
  private void arms(Kevent... events) {
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns(events);
  }

  @Test
  @DisplayName("EV_EOF is a hint: buffered data comes first, then recv returns the end [A2]")
  void comesAfterTheLastByte() {
    loop.accepted(child);
    arms(loop.read(CHILD).eof().data(5));
    loop.tcp().recv(CHILD, "first");
    loop.tcp().recv(CHILD, "last");
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log())
        .containsExactly("active", "read first", "read last", "complete", "inactive");
  }

  @Test
  @DisplayName("with half-closure the other direction lives on, and nothing is armed [A2, A3]")
  void halfClosureKeepsTheOutputOpen() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true), child);
    arms(loop.read(CHILD).eof().data(3));
    loop.tcp().recv(CHILD, "bye");
    loop.tcp().recvEnd(CHILD);
    loop.turn();
    assertThat(child.log())
        .containsExactly(
            "active",
            "read bye",
            "complete",
            "ChannelInputShutdownEvent",
            "ChannelInputShutdownReadComplete");
    assertThat(((SocketChannel) child.channel()).isInputShutdown()).isTrue();

    loop.tcp().send(CHILD, "answer");
    assertThat(child.write("answer").isSuccess()).isTrue();
    loop.kevent().returns();
    loop.turn();

    loop.script().expect("shutdown", CHILD, 1);
    ((SocketChannel) child.channel()).shutdownOutput();
    loop.tcp().close(CHILD);
    child.channel().close();
    loop.kevent().returns();
    loop.turn();
    assertThat(child.log()).contains("inactive");
  }

  @Test
  @DisplayName("after the end a shutdown of both directions is that of the output alone")
  void shutdownAfterTheEndShutsDownTheOutputAlone() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true), child);
    arms(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    loop.turn();
    SocketChannel channel = (SocketChannel) child.channel();
    assertThat(channel.isInputShutdown()).isTrue();
    assertThat(channel.shutdownInput().isSuccess()).isTrue();

    loop.script().expect("shutdown", CHILD, 1);
    assertThat(channel.shutdown().isSuccess()).isTrue();
    assertThat(channel.isShutdown()).isTrue();
    assertThat(child.log()).containsOnlyOnce("ChannelInputShutdownReadComplete");

    loop.tcp().close(CHILD);
    channel.close();
    assertThat(channel.shutdownInput().cause()).isInstanceOf(ClosedChannelException.class);
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  @DisplayName("Darwin's ENOTCONN for an input whose end is unread is a shutdown")
  void enotconnOnShutdownOfTheInputIsSuccess() {
    loop.accepted(child);
    loop.script().expect("shutdown", CHILD, 0).fails(Errno.ENOTCONN);
    SocketChannel channel = (SocketChannel) child.channel();
    assertThat(channel.shutdownInput().isSuccess()).isTrue();
    assertThat(channel.isInputShutdown()).isTrue();
  }

  @Test
  @DisplayName("a reset is recv's ECONNRESET, half-closure or not, and closes [A2]")
  void resetClosesTheConnection() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true), child);
    arms(loop.read(CHILD).eof(Errno.ECONNRESET));
    loop.tcp().recvFails(CHILD, Errno.ECONNRESET);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log())
        .containsExactly(
            "active",
            "complete",
            "IOException: Connection reset by peer: recv(/10.9.8.7:54321)",
            "inactive");
  }

  @Test
  @DisplayName("FreeBSD and NetBSD deliver a one-shot that was drained: EAGAIN arms again")
  void eagainArmsAgain() {
    loop.accepted(child);
    arms(loop.read(CHILD).data(7));
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.turn();
    assertThat(child.log()).containsExactly("active", "complete");
    assertThat(child.channel().isActive()).isTrue();

    loop.kevent(loop.read(CHILD).oneShot()).returns();
    loop.turn();
  }

  @Test
  @DisplayName("not even EV_EOF makes an end of EAGAIN: it arms again, and does not stall [A2]")
  void eagainWithEofArmsAgain() {
    loop.accepted(child);
    arms(loop.read(CHILD).eof());
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.turn();
    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).containsExactly("active", "complete", "complete", "inactive");
  }

  @Test
  void eintrIsRepeated() {
    loop.accepted(child);
    arms(loop.read(CHILD).data(2));
    loop.tcp().recvFails(CHILD, Errno.EINTR);
    loop.tcp().recv(CHILD, "hi");
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read hi", "complete");
  }

  @Test
  @DisplayName("an ADD that fails is readiness, so that recv gives the real error [A9]")
  void refusedAddIsReadForItsErrno() {
    loop.accepted(child);
    arms(loop.read(CHILD).oneShot().error(Errno.EBADF));
    loop.tcp().recvFails(CHILD, Errno.EBADF);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log())
        .containsExactly("active", "complete", "ClosedChannelException: null", "inactive");
  }

  @Test
  @DisplayName("a handler that closes within channelRead ends the reading at once [A1]")
  void closeInChannelReadEndsReading() {
    loop.accepted(child.onRead(() -> child.channel().close()));
    arms(loop.read(CHILD).eof().data(3));
    loop.tcp().recv(CHILD, "end");
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read end", "complete", "inactive");
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  @DisplayName("a limit of bytes per read does not cut off what stands before the end [A2]")
  void comesAfterTheLimitOfOneRead() {
    loop.accepted(
        new ServerBootstrap()
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR, new DefaultMaxBytesRecvByteBufAllocator(8, 4)),
        child);
    arms(loop.read(CHILD).eof().data(10));
    loop.tcp().recv(CHILD, "abcd");
    loop.tcp().recv(CHILD, "efgh");
    loop.tcp().recv(CHILD, "ij");
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log())
        .containsExactly("active", "read abcd", "read efgh", "read ij", "complete", "inactive");
  }

  private SocketChannel accepted(boolean halfClosure) {
    loop.accepted(
        new ServerBootstrap().childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure), child);
    return (SocketChannel) child.channel();
  }

  /** Does something at the end of each read, before the channel acts on an end. */
  private void onComplete(Runnable action) {
    child
        .channel()
        .pipeline()
        .addFirst(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelReadComplete(ChannelHandlerContext ctx) {
                action.run();
                ctx.fireChannelReadComplete();
              }
            });
  }

  @Test
  @DisplayName("a handler that closes before the end is acted on hears nothing of a half-close")
  void isNotReportedAfterAClose() {
    SocketChannel channel = accepted(true);
    onComplete(channel::close);
    arms(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).containsExactly("active", "complete", "inactive");
  }

  @Test
  void isNotReportedTwiceAfterAHandlerShutTheInputDown() {
    SocketChannel channel = accepted(true);
    List<ChannelFuture> shutdowns = new ArrayList<>();
    onComplete(() -> {
      if (shutdowns.isEmpty()) {
        loop.script().expect("shutdown", CHILD, 0);
        shutdowns.add(channel.shutdownInput());
      }
    });
    arms(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    loop.turn();
    assertThat(child.log())
        .containsExactly("active", "complete", "complete", "ChannelInputShutdownReadComplete");
    assertThat(channel.isOpen()).isTrue();
    assertThat(channel.isShutdown()).isFalse();
  }

  @Test
  @DisplayName("a shutdown of the input ends its knotes, and is reported once, where it is allowed")
  void isReportedOnceAfterAShutdownOfTheInput() {
    SocketChannel channel = accepted(true);
    arms();
    loop.turn();
    loop.script().expect("shutdown", CHILD, 0);
    assertThat(channel.shutdownInput().isSuccess()).isTrue();
    assertThat(channel.shutdownInput().isSuccess()).isTrue();
    loop.kevent(loop.read(CHILD).delete()).returns();
    loop.turn();
    assertThat(child.log())
        .containsExactly("active", "complete", "ChannelInputShutdownReadComplete");
    loop.kevent().returns();
    loop.turn();
    assertThat(child.log()).isEmpty();
  }

  @Test
  void isNotReportedAfterAShutdownOfTheInputWithoutHalfClosure() {
    SocketChannel channel = accepted(false);
    loop.script().expect("shutdown", CHILD, 0);
    channel.shutdownInput();
    loop.tasks();
    assertThat(child.log()).containsExactly("active");
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void isNotReportedAfterAShutdownOfTheInputAndAClose() {
    SocketChannel channel = accepted(true);
    loop.script().expect("shutdown", CHILD, 0);
    channel.shutdownInput();
    loop.tcp().close(CHILD);
    channel.close();
    loop.tasks();
    assertThat(child.log()).containsExactly("active", "inactive");
  }

  @Test
  @DisplayName("an event that was on its way when the input was shut down is not read")
  void isNotReadAfterAShutdownOfTheInput() {
    SocketChannel channel = accepted(true);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).eof())
        .runs(channel::shutdownInput);
    loop.script().allow("shutdown", CHILD, 0);
    loop.turn();
    assertThat(child.log())
        .containsExactly("active", "complete", "ChannelInputShutdownReadComplete");
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  @DisplayName("a shutdown of both directions fails with what failed")
  void isNotMadeByAShutdownThatFails(boolean outputFails, boolean inputFails) {
    SocketChannel channel = accepted(true);
    Expectation output = loop.script().expect("shutdown", CHILD, 1);
    if (outputFails) {
      output.fails(Errno.ENOBUFS);
    }
    Expectation input = loop.script().expect("shutdown", CHILD, 0);
    if (inputFails) {
      input.fails(Errno.ENOMEM);
    }
    ChannelFuture shutdown = channel.shutdown();
    assertThat(shutdown.isDone()).isTrue();
    assertThat(shutdown.isSuccess()).isEqualTo(!outputFails && !inputFails);
    if (!shutdown.isSuccess()) {
      assertThat(shutdown.cause()).hasMessageContaining(outputFails ? "ENOBUFS" : "ENOMEM");
      assertThat(shutdown.cause().getSuppressed()).hasSize(outputFails && inputFails ? 1 : 0);
    }
    assertThat(channel.isOutputShutdown()).isTrue();
    assertThat(channel.isInputShutdown()).isEqualTo(!inputFails);
    assertThat(channel.isShutdown()).isEqualTo(!inputFails);
  }

  @Test
  @DisplayName("an event of the peer-close knote without EV_EOF does not cause a read")
  void isNotAnEventWithoutAFlag() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
    loop.kevent(loop.read(CHILD).sentinel(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(1));
    loop.turn();
    assertThat(child.log()).containsExactly("active");
  }
}
