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
class AdoptedDescriptorScriptedTest extends AbstractScriptedLoopTest {
  private static final int SO_TYPE = 0x1008;
  private static final int F_GETFL = 3;
  private static final int MSG_PEEK = 2;

  private final Recorder recorder = new Recorder();

  AdoptedDescriptorScriptedTest(Os os) {
    super(os);
  }

  /** What taking over a stream socket asks, up to SO_NOSIGPIPE and its failure. */
  private void adopting(byte[] name, Errno getpeername, int peek) {
    loop.script()
        .expect("getsockopt", CLIENT, Os.SOL_SOCKET, SO_TYPE)
        .writesInts(3, Os.SOCK_STREAM)
        .writesInts(4, 4);
    loop.script().expect("getsockname", CLIENT).writes(1, name).writesInts(2, name.length);
    loop.script().expect("fcntl", CLIENT, F_GETFL).answers(Os.O_NONBLOCK);
    loop.script().expect("fcntl", CLIENT, Os.F_SETFD, Os.FD_CLOEXEC);
    loop.script().expect("getpeername", CLIENT).fails(getpeername);
    if (getpeername == Errno.ENOTCONN) {
      loop.script().expect("recv", CLIENT, ANY, 1, MSG_PEEK).answers(peek);
    }
    if (os.noSigpipe() != 0) {
      loop.tcp().option(CLIENT, Os.SOL_SOCKET, os.noSigpipe(), 1).fails(Errno.EINVAL);
    }
    loop.script().allow("getpeername", CLIENT).fails(getpeername);
  }

  private void readsAndEnds(Channel channel) {
    assertThat(channel.isActive()).isTrue();
    channel.pipeline().addLast(recorder);
    EventLoopGroup group = loop.eventLoop();
    ChannelFuture registered = group.register(channel);
    loop.tasks();
    assertThat(registered.isSuccess()).isTrue();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).eof().data(6));
    loop.tcp().recv(CLIENT, "unread");
    loop.tcp().recvEnd(CLIENT);
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(recorder.log()).contains("active", "read unread", "inactive");
  }

  @Test
  @DisplayName("a local stream whose peer wrote and closed is active, gives its bytes, and ends")
  void localStreamClosedByThePeerDeliversItsBytes() {
    adopting(os.localAddress("/tmp/a".getBytes(US_ASCII)), os.noPeer(), 1);
    readsAndEnds(new KQueueFfmDomainSocketChannel(Sockets.adoptLocal(loop.kernel(), CLIENT)));
  }

  @Test
  @DisplayName("so does a TCP connection, whose options are not asked for")
  void tcpConnectionClosedByThePeerDeliversItsBytes() {
    adopting(os.address(THERE, PORT), Errno.ECONNRESET, 0);
    loop.script().allow("setsockopt", CLIENT).fails(Errno.EINVAL);
    loop.script().allow("getsockopt", CLIENT).fails(Errno.EINVAL);
    readsAndEnds(new KQueueFfmSocketChannel(Sockets.adoptTcp(loop.kernel(), CLIENT)));
  }

  @Test
  @DisplayName("of a socket that never was connected, a refused SO_NOSIGPIPE is a failure")
  void refusedSoNosigpipeFailsAnUnconnectedSocket() {
    int notConnected = -loop.script().platform().number(Errno.ENOTCONN);
    adopting(os.localAddress(new byte[0]), Errno.ENOTCONN, notConnected);
    if (os.noSigpipe() == 0) {
      assertThat(Sockets.adoptLocal(loop.kernel(), CLIENT).wasConnected()).isFalse();
      return;
    }
    assertThatThrownBy(() -> Sockets.adoptLocal(loop.kernel(), CLIENT))
        .hasMessageContaining("SO_NOSIGPIPE")
        .hasMessageContaining("EINVAL");
  }
}
