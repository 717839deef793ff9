package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Receive buffers of the user's own that the kernel cannot write to as they are. */
@ParameterizedClass
@EnumSource(Os.class)
class ReceiveBufferScriptedTest extends AbstractScriptedLoopTest {
  private static final int HALF = 64;
  private static final int GAP = 1024;
  private static final byte UNTOUCHED = 0x5a;

  private final Recorder child = new Recorder();
  private final ByteBuffer block = ByteBuffer.allocateDirect(2 * HALF + GAP);

  ReceiveBufferScriptedTest(Os os) {
    super(os);
    for (int i = 0; i < block.capacity(); i++) {
      block.put(i, UNTOUCHED);
    }
  }

  private static final class OwnBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    private final Supplier<ByteBuf> buffers;

    OwnBuffers(Supplier<ByteBuf> buffers) {
      this.buffers = buffers;
    }

    @Override
    @SuppressWarnings("deprecation") // The type that Netty's interface has.
    public Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public int guess() {
          return HALF;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
          return buffers.get();
        }
      };
    }
  }

  private ByteBuf sliceOfAComposite() {
    return Unpooled.compositeBuffer()
        .addComponents(
            true,
            Unpooled.wrappedBuffer(block.slice(0, HALF)),
            Unpooled.wrappedBuffer(block.slice(HALF + GAP, HALF)))
        .slice(0, 2 * HALF)
        .writerIndex(0);
  }

  private void receives(Supplier<ByteBuf> buffers, int room, String text) {
    loop.accepted(
        new ServerBootstrap().childOption(ChannelOption.RECVBUF_ALLOCATOR, new OwnBuffers(buffers)),
        child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(text.length()));
    loop.script()
        .expect("recv", CHILD, ANY, room, 0)
        .writes(1, text.getBytes(US_ASCII))
        .answers(text.length());
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read " + text, "complete");
  }

  @Test
  @DisplayName("a receive never writes past a component of a composite")
  void receiveNeverWritesPastAComponentOfAComposite() {
    String text = "x".repeat(2 * HALF);
    receives(this::sliceOfAComposite, 2 * HALF, text);
    for (int i = HALF; i < HALF + GAP; i++) {
      assertThat(block.get(i)).isEqualTo(UNTOUCHED);
    }
  }

  @Test
  @DisplayName("a heap buffer receives")
  void heapBufferReceives() {
    receives(() -> Unpooled.buffer(HALF), HALF, "hello");
  }

  @Test
  @DisplayName("a large heap buffer receives as much as one copy has")
  void largeHeapBufferReceivesAsMuchAsOneCopyHas() {
    receives(() -> Unpooled.buffer(1 << 20), CopyRoom.KEPT, "hello");
  }
}
