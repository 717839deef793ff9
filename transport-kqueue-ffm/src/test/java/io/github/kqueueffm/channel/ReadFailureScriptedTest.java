package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A read whose buffer the user's allocator does not give, on every system. */
@ParameterizedClass
@EnumSource(Os.class)
class ReadFailureScriptedTest extends AbstractScriptedLoopTest {
  private final Recorder child = new Recorder();

  ReadFailureScriptedTest(Os os) {
    super(os);
  }

  /** An allocator whose first buffer is that one's answer. */
  private static final class FirstBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int ROOM = 16;

    private Answer first;

    interface Answer {
      ByteBuf of(ByteBufAllocator allocator);
    }

    FirstBuffer(Answer first) {
      this.first = first;
    }

    @Override
    @SuppressWarnings("deprecation") // The type that Netty's interface has.
    public Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public int guess() {
          return ROOM;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
          Answer answer = first;
          first = super::allocate;
          return answer.of(allocator);
        }
      };
    }
  }

  private static ByteBuf fails(ByteBufAllocator allocator) {
    throw new IllegalStateException("no buffer today");
  }

  private void accepted(boolean autoRead, FirstBuffer.Answer first) {
    loop.accepted(
        new ServerBootstrap()
            .childOption(ChannelOption.AUTO_READ, autoRead)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FirstBuffer(first)),
        child);
    if (!autoRead) {
      child.channel().read();
    }
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(2));
  }

  /** The read that failed is made again. */
  private void readsOn() {
    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).data(2));
    loop.tcp().recv(CHILD, "hi");
    loop.turn();
    assertThat(child.log()).containsExactly("read hi", "complete");
  }

  @Test
  @DisplayName("an allocator that fails once does not end the reading")
  void readingContinuesAfterFailedAllocation() {
    accepted(true, ReadFailureScriptedTest::fails);
    loop.turn();
    assertThat(child.log())
        .containsExactly("active", "complete", "IllegalStateException: no buffer today");
    readsOn();
  }

  @Test
  @DisplayName("a single read that was asked for and failed is still asked for")
  void failedReadIsStillRequested() {
    accepted(false, ReadFailureScriptedTest::fails);
    loop.turn();
    assertThat(child.log()).contains("IllegalStateException: no buffer today");
    readsOn();
  }

  @Test
  @DisplayName("a buffer without room is no end of the stream")
  void bufferWithoutRoomIsNotAnEnd() {
    accepted(true, allocator -> allocator.directBuffer(0, 0));
    loop.turn();
    assertThat(child.log()).containsExactly("active", "complete");
    readsOn();
  }
}
