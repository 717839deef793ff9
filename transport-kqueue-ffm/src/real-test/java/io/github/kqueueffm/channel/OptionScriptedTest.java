package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Expectation;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Options of a connection on every system, also of one that the peer has reset already. */
@ParameterizedClass
@EnumSource(Os.class)
@Tag("real")
class OptionScriptedTest extends AbstractScriptedLoopTest {
  private static final int SO_KEEPALIVE = 8;
  private static final int SO_SNDBUF = 0x1001;
  private static final int SO_RCVBUF = 0x1002;

  private final Recorder child = new Recorder();

  OptionScriptedTest(Os os) {
    super(os);
  }

  @Test
  @DisplayName("EINVAL of a reset connection does not fail the option [B1]")
  void einvalOfDeadSocketIsIgnored() {
    loop.accepted(child);
    loop.tcp().option(CHILD, Os.SOL_SOCKET, SO_KEEPALIVE, 1).fails(Errno.EINVAL);
    loop.script().expect("getpeername", CHILD).fails(os.noPeer());
    boolean set = child.channel().config().setOption(ChannelOption.SO_KEEPALIVE, true);
    assertThat(set).isTrue();
    loop.script().verify();
    assertThat(child.channel().isOpen()).isTrue();
  }

  @Test
  @DisplayName("EINVAL of a socket that lives is one, and names option and errno [B1]")
  void einvalOfLiveSocketThrows() {
    loop.accepted(child);
    loop.tcp().option(CHILD, Os.SOL_SOCKET, SO_KEEPALIVE, 1).fails(Errno.EINVAL);
    loop.tcp().peerName(CHILD, ScriptedLoop.THERE, ScriptedLoop.THEIR_PORT);
    assertThatThrownBy(() -> child.channel().config().setOption(ChannelOption.SO_KEEPALIVE, true))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("SO_KEEPALIVE")
        .hasMessageContaining("EINVAL");
    loop.script().verify();
  }

  /** OpenBSD has no use for the buffer of a direction that either end has shut. */
  @Test
  void sizeOfABufferIsTakenByAHalfClosedConnectionOfOpenbsd() {
    loop.accepted(child);
    KQueueFfmSocketChannelConfig config = (KQueueFfmSocketChannelConfig) child.channel().config();
    loop.script().allow("getpeername").answers(0);
    for (int buffer : new int[] {SO_SNDBUF, SO_RCVBUF}) {
      ChannelOption<Integer> option =
          buffer == SO_SNDBUF ? ChannelOption.SO_SNDBUF : ChannelOption.SO_RCVBUF;
      IntegerUnixChannelOption number =
          new IntegerUnixChannelOption("number", Os.SOL_SOCKET, buffer);
      for (ChannelOption<Integer> set : List.of(option, number)) {
        loop.tcp().option(CHILD, Os.SOL_SOCKET, buffer, 4096).fails(Errno.EINVAL);
        if (os == Os.OPENBSD_X86_64) {
          assertThat(config.setOption(set, 4096)).as("%s", set).isTrue();
        } else {
          assertThatThrownBy(() -> config.setOption(set, 4096)).hasMessageContaining("EINVAL");
        }
        loop.script().verify();
      }
    }
  }

  /** NetBSD has no such option, and its platform file says so. */
  private boolean lacksNoPush() {
    boolean has = Platform.named(os.platform()).has(Constant.TCP_NOPUSH);
    assertThat(has).isEqualTo(!os.isNetbsd());
    return !has;
  }

  /** macOS goes on to hold what it has held until something is sent, be it nothing. */
  @Test
  void clearingNoPushSendsHeldData() {
    if (lacksNoPush()) {
      return;
    }
    int noPush = os == Os.OPENBSD_X86_64 ? 16 : 4;
    for (boolean gone : new boolean[] {false, true}) {
      reopen();
      Recorder handler = new Recorder();
      loop.accepted(handler);
      KQueueFfmSocketChannelConfig config =
          (KQueueFfmSocketChannelConfig) handler.channel().config();
      List<Consumer<Boolean>> setters =
          List.of(
              on -> config.setOption(KQueueFfmChannelOption.TCP_NOPUSH, on),
              on -> config.setOption(KQueueFfmChannelOption.TCP_CORK, on),
              config::setTcpNoPush,
              on -> config.setOption(byNumber(noPush), on ? 1 : 0),
              on -> config.setOption(inBytes(noPush), bytes(on)));
      for (Consumer<Boolean> setter : setters) {
        loop.tcp().option(CHILD, Os.IPPROTO_TCP, noPush, 1);
        setter.accept(true);
        loop.tcp().option(CHILD, Os.IPPROTO_TCP, noPush, 0);
        if (os.isMacos()) {
          Expectation nothing =
              loop.script().expect("send", CHILD, ANY, 0, os.msgNoSignal()).answers(0);
          if (gone) {
            nothing.fails(Errno.EPIPE);
          }
        }
        setter.accept(false);
        loop.script().verify();
      }
    }
  }

  private static IntegerUnixChannelOption byNumber(int option) {
    return new IntegerUnixChannelOption("number", Os.IPPROTO_TCP, option);
  }

  private static RawUnixChannelOption inBytes(int option) {
    return new RawUnixChannelOption("bytes", Os.IPPROTO_TCP, option, 4);
  }

  private static ByteBuffer bytes(boolean on) {
    return ByteBuffer.wrap(Os.ints(on ? 1 : 0));
  }

  @Test
  void clearingNoPushOfUnconnectedSocketSendsNothing() {
    if (lacksNoPush()) {
      return;
    }
    int noPush = os == Os.OPENBSD_X86_64 ? 16 : 4;
    Channel channel = loop.client(child).register().channel();
    loop.tcp().option(ScriptedLoop.CLIENT, Os.IPPROTO_TCP, noPush, 0);
    assertThat(channel.config().setOption(KQueueFfmChannelOption.TCP_NOPUSH, false)).isTrue();
    loop.script().verify();
  }

  /** A size that OpenBSD does not have room for is an error there as well. */
  @Test
  void sizeOfABufferThatIsTooLargeIsRefused() {
    loop.accepted(child);
    loop.tcp().option(CHILD, Os.SOL_SOCKET, SO_SNDBUF, 1 << 30).fails(Errno.ENOBUFS);
    assertThatThrownBy(() -> child.channel().config().setOption(ChannelOption.SO_SNDBUF, 1 << 30))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("SO_SNDBUF");
    loop.script().verify();
  }

  @Test
  @DisplayName("lingers in seconds, on macOS by the option that counts so, and closes elsewhere")
  void lingerInSeconds() throws Exception {
    loop.accepted(child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
    loop.script()
        .expect("setsockopt", CHILD, Os.SOL_SOCKET, os.linger(), ANY, 8)
        .with(3, Os.ints(1, 5));
    child.channel().config().setOption(ChannelOption.SO_LINGER, 5);
    Thread[] closing = {null};
    loop.script().expect("close", CHILD).runs(() -> closing[0] = Thread.currentThread());
    // The loop waits for nothing and may be woken up when the close is done.
    loop.script().allow("kevent");
    loop.script().allow("write");
    ChannelFuture closed = child.channel().close();
    for (int turns = 0; turns < 1000 && !closed.isDone(); turns++) {
      loop.eventLoop().runNow();
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertThat(closed.isSuccess()).isTrue();
    assertThat(closing[0]).isNotNull().isNotSameAs(Thread.currentThread());
    loop.script().verify();
  }
}
