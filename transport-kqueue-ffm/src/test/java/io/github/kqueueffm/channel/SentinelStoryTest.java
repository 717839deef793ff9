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
class SentinelStoryTest {
  private static final long CHILD_ID = 0x1_0000_0001L;

  private final Os os;
  private final Recorder child = new Recorder();

  SentinelStoryTest(Os os) {
    this.os = os;
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
  private void guarded(ScriptedLoop story) {
    story.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
    story.kevent(story.read(CHILD).sentinel(), story.read(SERVER).oneShot()).returns();
    story.turn();
    assertThat(child.log()).containsExactly("active");
  }

  @Test
  @DisplayName("gives way to a one-shot and comes back, in one changelist each time [A3]")
  void takesTurnsWithOneShots() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      guarded(story);
      child.channel().read();
      story.keventBytes(delete(), oneShot()).returns(story.read(CHILD).data(4));
      story.tcp().recv(CHILD, "data");
      story.turn();
      assertThat(child.log()).containsExactly("read data", "complete");

      story.keventBytes(sentinel()).returns();
      story.turn();
      child.channel().read();
      child.channel().config().setAutoRead(true);
      story.keventBytes(delete(), oneShot()).returns();
      story.turn();
      child.channel().config().setAutoRead(false);
      story.keventBytes(delete(), sentinel()).returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("costs nothing when a read is asked for and taken back within a turn [A3]")
  void staysWhenAReadIsTakenBack() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      guarded(story);
      child.channel().config().setAutoRead(true);
      child.channel().config().setAutoRead(false);
      story.kevent().returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("means nothing without EV_EOF: Darwin clamps the low-water mark [A3]")
  void isSilentAboutData() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      guarded(story);
      story.kevent().returns(story.read(CHILD).data(131072));
      story.turn();
      story.kevent().returns();
      story.turn();
      assertThat(child.log()).isEmpty();
      assertThat(story.script().calls("recv")).isZero();
    }
  }

  @Test
  @DisplayName("with EV_EOF drains what was sent, delivers it, and closes [A2, A3]")
  void noticesTheEnd() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      guarded(story);
      story.kevent().returns(story.read(CHILD).eof().data(4));
      story.tcp().recv(CHILD, "last");
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).containsExactly("read last", "complete", "inactive");
      story.kevent().returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("with EV_EOF and half-closure is taken back once the input has ended [A3]")
  void noticesTheHalf() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(
          new ServerBootstrap()
              .childOption(ChannelOption.AUTO_READ, false)
              .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true),
          child);
      story
          .kevent(story.read(CHILD).sentinel(), story.read(SERVER).oneShot())
          .returns(story.read(CHILD).eof());
      story.tcp().recvEnd(CHILD);
      story.turn();
      assertThat(child.log()).contains("ChannelInputShutdownEvent");
      story.kevent(story.read(CHILD).delete()).returns();
      story.turn();
      assertThat(child.channel().isActive()).isTrue();
    }
  }

  @Test
  @DisplayName("notices a reset while nobody reads [A3]")
  void noticesTheReset() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      guarded(story);
      story.kevent().returns(story.read(CHILD).eof(Errno.ECONNRESET));
      story.tcp().recvFails(CHILD, Errno.ECONNRESET);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log())
          .containsExactly(
              "complete",
              "IOException: Connection reset by peer: recv(/10.9.8.7:54321)",
              "inactive");
    }
  }

  @Test
  @DisplayName(
      "does not exist before a connect, nor does a read: both could eat its error [A3, A4]")
  void isThereOnlyOnceConnected() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story
          .client(child)
          .option(ChannelOption.AUTO_READ, false)
          .connect(new InetSocketAddress(THERE, PORT));
      story.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
      story.tasks();
      child.channel().read();
      story.kevent(story.write(CLIENT).oneShot()).returns(story.write(CLIENT));
      story.tcp().soError(CLIENT, 0);
      story.tcp().peerName(CLIENT, THERE, PORT);
      story.turn();
      story.kevent(story.read(CLIENT).oneShot()).returns(story.read(CLIENT).data(1));
      story.tcp().recv(CLIENT, "x");
      story.turn();
      story.kevent(story.read(CLIENT).sentinel()).returns();
      story.turn();
    }
  }
}
