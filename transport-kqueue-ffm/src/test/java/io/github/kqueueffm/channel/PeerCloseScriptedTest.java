package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A connected channel of which nobody reads holds the sentinel, which reports nothing but the
 * peer's going away (netty/netty#7550, #7124).
 */
@ParameterizedClass
@EnumSource(Os.class)
class PeerCloseScriptedTest extends AbstractScriptedLoopTest {
  private static final long CHILD_ID = 0x1_0000_0001L;

  private final Recorder child = new Recorder();

  PeerCloseScriptedTest(Os os) {
    super(os);
  }

  private byte[] childRead(int flags, int fflags, long data) {
    return os.kevent(CHILD, os.evfiltRead(), flags, fflags, data, CHILD_ID);
  }

  private byte[] sentinel() {
    return childRead(Os.EV_ADD | Os.EV_CLEAR, 1, 0x7fff_ffff);
  }

  private byte[] oneShot() {
    return childRead(Os.EV_ADD | Os.EV_ENABLE | Os.EV_ONESHOT, 0, 0);
  }

  private byte[] delete() {
    return childRead(Os.EV_DELETE, 0, 0);
  }

  /** A child with auto-read off, whose sentinel is in place. */
  private void guarded() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
    loop.kevent(loop.read(CHILD).sentinel(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
    assertThat(child.log()).containsExactly("active");
  }

  @Test
  @DisplayName("gives way to a one-shot and comes back, in one changelist each time [A3]")
  void alternatesWithOneShots() {
    guarded();
    child.channel().read();
    loop.keventBytes(delete(), oneShot()).returns(loop.read(CHILD).data(4));
    loop.tcp().recv(CHILD, "data");
    loop.turn();
    assertThat(child.log()).containsExactly("read data", "complete");

    loop.keventBytes(sentinel()).returns();
    loop.turn();
    child.channel().read();
    child.channel().config().setAutoRead(true);
    loop.keventBytes(delete(), oneShot()).returns();
    loop.turn();
    child.channel().config().setAutoRead(false);
    loop.keventBytes(delete(), sentinel()).returns();
    loop.turn();
  }

  @Test
  @DisplayName("costs nothing when a read is asked for and taken back within a turn [A3]")
  void staysWhenReadIsTakenBack() {
    guarded();
    child.channel().config().setAutoRead(true);
    child.channel().config().setAutoRead(false);
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  @DisplayName("means nothing without EV_EOF: Darwin clamps the low-water mark [A3]")
  void dataWithoutEofIsIgnored() {
    guarded();
    loop.kevent().returns(loop.read(CHILD).data(131072));
    loop.turn();
    loop.kevent().returns();
    loop.turn();
    assertThat(child.log()).isEmpty();
    assertThat(loop.script().calls("recv")).isZero();
  }

  @Test
  @DisplayName("with EV_EOF drains what was sent, delivers it, and closes [A2, A3]")
  void eofDrainsAndCloses() {
    guarded();
    loop.kevent().returns(loop.read(CHILD).eof().data(4));
    loop.tcp().recv(CHILD, "last");
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).containsExactly("read last", "complete", "inactive");
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  @DisplayName("with EV_EOF and half-closure is taken back once the input has ended [A3]")
  void eofWithHalfClosureRemovesTheKnote() {
    loop.accepted(
        new ServerBootstrap()
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true),
        child);
    loop.kevent(loop.read(CHILD).sentinel(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    loop.turn();
    assertThat(child.log()).contains("ChannelInputShutdownEvent");
    loop.kevent(loop.read(CHILD).delete()).returns();
    loop.turn();
    assertThat(child.channel().isActive()).isTrue();
  }

  @Test
  @DisplayName("reports a reset with auto-read off [A3]")
  void resetIsReportedWhileAutoReadIsOff() {
    guarded();
    loop.kevent().returns(loop.read(CHILD).eof(Errno.ECONNRESET));
    loop.tcp().recvFails(CHILD, Errno.ECONNRESET);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log())
        .containsExactly(
            "complete", "IOException: Connection reset by peer: recv(/10.9.8.7:54321)", "inactive");
  }

  @Test
  @DisplayName(
      "does not exist before a connect, nor does a read: both could eat its error [A3, A4]")
  void isArmedOnlyAfterTheConnect() {
    loop.client(child)
        .option(ChannelOption.AUTO_READ, false)
        .connect(new InetSocketAddress(THERE, PORT));
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    loop.tasks();
    child.channel().read();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
    loop.turn();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    loop.tcp().recv(CLIENT, "x");
    loop.turn();
    loop.kevent(loop.read(CLIENT).sentinel()).returns();
    loop.turn();
  }
}
