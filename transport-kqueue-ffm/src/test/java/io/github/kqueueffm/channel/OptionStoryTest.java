package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.Story.CHILD;
import static io.github.kqueueffm.channel.Story.SERVER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Options of a connection on every system, also of one that the peer has reset already. */
@ParameterizedClass
@EnumSource(Os.class)
class OptionStoryTest {
  private static final int SO_KEEPALIVE = 8;
  private static final int SO_SNDBUF = 0x1001;

  private final Os os;
  private final Recorder child = new Recorder();

  OptionStoryTest(Os os) {
    this.os = os;
  }

  @Test
  @DisplayName("EINVAL of a socket that is dead is no failure of the option [B1]")
  void areTakenByADeadSocket() {
    try (Story story = Story.on(os)) {
      story.accepted(child);
      story.tcp().option(CHILD, Os.SOL_SOCKET, SO_KEEPALIVE, 1).fails(Errno.EINVAL);
      story.script().expect("getpeername", CHILD).fails(os.noPeer());
      boolean set = child.channel().config().setOption(ChannelOption.SO_KEEPALIVE, true);
      assertThat(set).isTrue();
      story.script().verify();
      assertThat(child.channel().isOpen()).isTrue();
    }
  }

  @Test
  @DisplayName("EINVAL of a socket that lives is one, and names option and errno [B1]")
  void areRefusedByALiveSocket() {
    try (Story story = Story.on(os)) {
      story.accepted(child);
      story.tcp().option(CHILD, Os.SOL_SOCKET, SO_SNDBUF, 1).fails(Errno.EINVAL);
      story.tcp().peerName(CHILD, Story.THERE, Story.THEIR_PORT);
      assertThatThrownBy(() -> child.channel().config().setOption(ChannelOption.SO_SNDBUF, 1))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("SO_SNDBUF")
          .hasMessageContaining("EINVAL");
      story.script().verify();
    }
  }

  @Test
  @DisplayName("lingers in seconds, on macOS by the option that counts so, and closes elsewhere")
  void lingerInSeconds() throws Exception {
    try (Story story = Story.on(os)) {
      story.accepted(child);
      story.kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot()).returns();
      story.turn();
      story
          .script()
          .expect("setsockopt", CHILD, Os.SOL_SOCKET, os.linger(), ANY, 8)
          .with(3, Os.ints(1, 5));
      child.channel().config().setOption(ChannelOption.SO_LINGER, 5);
      Thread[] closing = {null};
      story.script().expect("close", CHILD).runs(() -> closing[0] = Thread.currentThread());
      // The loop waits for nothing and may be woken up when the close is done.
      story.script().allow("kevent");
      story.script().allow("write");
      ChannelFuture closed = child.channel().close();
      for (int turns = 0; turns < 1000 && !closed.isDone(); turns++) {
        story.loop().runNow();
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertThat(closed.isSuccess()).isTrue();
      assertThat(closing[0]).isNotNull().isNotSameAs(Thread.currentThread());
      story.script().verify();
    }
  }
}
