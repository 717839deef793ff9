package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Taking over a connection whose peer has closed while its bytes are unread: on macOS setsockopt
 * and getpeername are EINVAL then, on the BSDs getpeername is ENOTCONN.
 */
@ParameterizedClass
@EnumSource(Os.class)
class AdoptedStoryTest {
  private static final int SO_TYPE = 0x1008;
  private static final int F_GETFL = 3;
  private static final int MSG_PEEK = 2;

  private final Os os;
  private final Recorder recorder = new Recorder();

  AdoptedStoryTest(Os os) {
    this.os = os;
  }

  /** What taking over a stream socket asks, up to SO_NOSIGPIPE and its failure. */
  private void adopting(ScriptedLoop story, byte[] name, Errno getpeername, int peek) {
    story
        .script()
        .expect("getsockopt", CLIENT, Os.SOL_SOCKET, SO_TYPE)
        .writesInts(3, Os.SOCK_STREAM)
        .writesInts(4, 4);
    story.script().expect("getsockname", CLIENT).writes(1, name).writesInts(2, name.length);
    story.script().expect("fcntl", CLIENT, F_GETFL).answers(Os.O_NONBLOCK);
    story.script().expect("fcntl", CLIENT, Os.F_SETFD, Os.FD_CLOEXEC);
    story.script().expect("getpeername", CLIENT).fails(getpeername);
    if (getpeername == Errno.ENOTCONN) {
      story.script().expect("recv", CLIENT, ANY, 1, MSG_PEEK).answers(peek);
    }
    if (os.noSigpipe() != 0) {
      story.tcp().option(CLIENT, Os.SOL_SOCKET, os.noSigpipe(), 1).fails(Errno.EINVAL);
    }
    story.script().allow("getpeername", CLIENT).fails(getpeername);
  }

  private void readsAndEnds(ScriptedLoop story, Channel channel) {
    assertThat(channel.isActive()).isTrue();
    channel.pipeline().addLast(recorder);
    EventLoopGroup loop = story.loop();
    ChannelFuture registered = loop.register(channel);
    story.tasks();
    assertThat(registered.isSuccess()).isTrue();
    story.kevent(story.read(CLIENT).oneShot()).returns(story.read(CLIENT).eof().data(6));
    story.tcp().recv(CLIENT, "unread");
    story.tcp().recvEnd(CLIENT);
    story.tcp().close(CLIENT);
    story.turn();
    assertThat(recorder.log()).contains("active", "read unread", "inactive");
  }

  @Test
  @DisplayName("a local stream whose peer wrote and closed is active, gives its bytes, and ends")
  void localStreamThatThePeerClosedGivesItsBytes() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      adopting(story, os.localAddress("/tmp/a".getBytes(US_ASCII)), os.noPeer(), 1);
      readsAndEnds(
          story, new KQueueFfmDomainSocketChannel(Sockets.adoptLocal(story.kernel(), CLIENT)));
    }
  }

  @Test
  @DisplayName("so does a TCP connection, whose options are not asked for")
  void tcpConnectionThatThePeerClosedGivesItsBytes() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      adopting(story, os.address(THERE, PORT), Errno.ECONNRESET, 0);
      story.script().allow("setsockopt", CLIENT).fails(Errno.EINVAL);
      story.script().allow("getsockopt", CLIENT).fails(Errno.EINVAL);
      readsAndEnds(story, new KQueueFfmSocketChannel(Sockets.adoptTcp(story.kernel(), CLIENT)));
    }
  }

  @Test
  @DisplayName("of a socket that never was connected, a refused SO_NOSIGPIPE is a failure")
  void freshSocketFailsWithItsOption() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      int notConnected = -story.script().platform().number(Errno.ENOTCONN);
      adopting(story, os.localAddress(new byte[0]), Errno.ENOTCONN, notConnected);
      if (os.noSigpipe() == 0) {
        assertThat(Sockets.adoptLocal(story.kernel(), CLIENT).wasConnected()).isFalse();
        return;
      }
      assertThatThrownBy(() -> Sockets.adoptLocal(story.kernel(), CLIENT))
          .hasMessageContaining("SO_NOSIGPIPE")
          .hasMessageContaining("EINVAL");
    }
  }
}
