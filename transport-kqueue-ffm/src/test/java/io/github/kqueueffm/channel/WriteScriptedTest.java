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
}
