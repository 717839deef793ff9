package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernel refuses to arm a filter for good, as with ENOMEM, and the socket says nothing. */
@ParameterizedClass
@EnumSource(Os.class)
class RefusedAddStoryTest {
  private final Os os;
  private final Recorder child = new Recorder();

  RefusedAddStoryTest(Os os) {
    this.os = os;
  }

  private void refusesRead(ScriptedLoop story) {
    story
        .kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot())
        .returns(story.read(CHILD).oneShot().error(Errno.ENOMEM));
  }

  private void assertFailed(String... before) {
    assertThat(child.log())
        .startsWith(before)
        .endsWith("inactive")
        .filteredOn(line -> line.contains("Exception"))
        .singleElement()
        .asString()
        .contains("kevent EVFILT_READ");
  }

  @Test
  @DisplayName("a stream without bytes fails with the errno of the ADD")
  void failsAStream() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.script().allow("getpeername");
      story.accepted(child);
      refusesRead(story);
      story.tcp().recvFails(CHILD, Errno.EAGAIN);
      story.tcp().close(CHILD);
      story.turn();
      assertFailed("active", "complete");
      story.kevent().returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("a stream with bytes delivers them before it asks again")
  void deliversWhatThereIs() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.script().allow("getpeername");
      story.accepted(child);
      refusesRead(story);
      story.tcp().recv(CHILD, "hi");
      story.turn();
      assertThat(child.log()).containsExactly("active", "read hi", "complete");
      story
          .kevent(story.read(CHILD).oneShot())
          .returns(story.read(CHILD).oneShot().error(Errno.ENOMEM));
      story.tcp().recvFails(CHILD, Errno.EAGAIN);
      story.tcp().close(CHILD);
      story.turn();
      assertFailed("complete");
    }
  }

  @Test
  @DisplayName("without the peer-close knote a paused channel fails, and reads nothing")
  void failsAPausedStreamWithoutReading() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.script().allow("getpeername");
      story.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
      story
          .kevent(story.read(CHILD).sentinel(), story.read(SERVER).oneShot())
          .returns(story.read(CHILD).sentinel().error(Errno.ENOMEM));
      story.tcp().close(CHILD);
      story.turn();
      assertFailed("active");
    }
  }

  @Test
  @DisplayName("a write that waits for room fails, for nothing would tell it")
  void failsAWriteThatWaits() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.script().allow("getpeername");
      story.accepted(child);
      story.kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot()).returns();
      story.turn();
      story.tcp().sending(CHILD, "full").fails(Errno.EAGAIN);
      ChannelFuture written = child.write("full");
      story
          .kevent(story.write(CHILD).oneShot())
          .returns(story.write(CHILD).oneShot().error(Errno.ENOMEM));
      story.tcp().sending(CHILD, "full").fails(Errno.EAGAIN);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(written.cause()).hasMessageContaining("kevent EVFILT_WRITE");
      assertThat(child.channel().isOpen()).isFalse();
    }
  }

  @Test
  @DisplayName("a listener says so, and tries again after a rest")
  void restsAListener() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.script().allow("getpeername");
      Recorder observer = new Recorder();
      Channel server = story.listen(() -> child);
      server.pipeline().addFirst(observer);
      story
          .kevent(story.read(SERVER).oneShot())
          .returns(story.read(SERVER).oneShot().error(Errno.ENOMEM));
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      assertThat(observer.log()).anyMatch(line -> line.contains("kevent EVFILT_READ"));
      story.passes(99);
      story.kevent().returns();
      story.turn();
      // Netty's acceptor stops reading for a second after any exception.
      story.passes(901);
      story.kevent().returns();
      story.turn();
      story.kevent(story.read(SERVER).oneShot()).returns();
      story.turn();
      assertThat(server.isOpen()).isTrue();
    }
  }

  @Test
  @DisplayName("a datagram channel fails")
  void failsADatagramChannel() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.script().allow("getpeername");
      story.tcp().datagramSocket(CLIENT);
      story.udp().asksForBroadcast(CLIENT);
      story.tcp().bind(CLIENT, HERE, PORT);
      new Bootstrap()
          .group(story.loop())
          .channelFactory(
              () -> new KQueueFfmDatagramChannel(Sockets.datagram(story.kernel(), null), false))
          .handler(child)
          .bind(new InetSocketAddress(HERE, PORT));
      story.tasks();
      story
          .kevent(story.read(CLIENT).oneShot())
          .returns(story.read(CLIENT).oneShot().error(Errno.ENOMEM));
      story.script().expect("recvmsg", CLIENT).fails(Errno.EAGAIN);
      story.tcp().close(CLIENT);
      story.turn();
      assertFailed("active", "complete");
    }
  }
}
