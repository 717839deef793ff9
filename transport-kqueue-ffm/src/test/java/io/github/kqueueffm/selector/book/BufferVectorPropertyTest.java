package io.github.kqueueffm.selector.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Java's buffers of every kind as native pieces, and what lies beside them. */
class BufferVectorPropertyTest {
  private static final int AROUND = 16;
  private static final byte UNTOUCHED = 0x5a;
  private static final Platform PLATFORM = Platform.current();

  /** A kind and a size, in memory that is larger by {@link #AROUND} at both ends. */
  private static final class Piece {
    private final ByteBuffer whole;
    private final ByteBuffer buffer;
    private final int size;

    Piece(int kind, int size, boolean readOnly) {
      int all = size + 2 * AROUND;
      this.size = size;
      whole =
          switch (kind % 3) {
            case 0 -> ByteBuffer.allocateDirect(all);
            case 1 -> ByteBuffer.allocate(all);
            default -> Arena.ofAuto().allocate(all).asByteBuffer();
          };
      for (int i = 0; i < all; i++) {
        whole.put(i, UNTOUCHED);
      }
      ByteBuffer view =
          switch (kind / 3 % 3) {
            case 0 -> whole.duplicate().position(AROUND).limit(AROUND + size);
            case 1 -> whole.slice(AROUND, size);
            default -> whole.slice(AROUND / 2, size + AROUND).position(AROUND / 2);
          };
      view.limit(view.position() + size);
      buffer = readOnly && kind / 9 == 1 ? view.asReadOnlyBuffer() : view;
    }

    void assertNothingAroundIsTouched() {
      for (int i = 0; i < AROUND; i++) {
        assertThat(whole.get(i)).isEqualTo(UNTOUCHED);
        assertThat(whole.get(AROUND + size + i)).isEqualTo(UNTOUCHED);
      }
    }
  }

  private static List<Piece> pieces(List<Integer> kinds, boolean readOnly) {
    List<Piece> pieces = new ArrayList<>();
    for (int kind : kinds) {
      pieces.add(new Piece(kind % 18, kind / 18, readOnly));
    }
    return pieces;
  }

  private static ByteBuffer[] buffers(List<Piece> pieces) {
    return pieces.stream().map(piece -> piece.buffer).toArray(ByteBuffer[]::new);
  }

  /** Goes over the bytes of the native pieces as a system call does. */
  private interface Step {
    void at(long address, int index);
  }

  private static int walk(BufferVector vector, int most, Step step) {
    int index = 0;
    for (int i = 0; i < vector.count(); i++) {
      long address = Memory.getLong(vector.address() + 16L * i);
      long length = Memory.getLong(vector.address() + 16L * i + 8);
      for (int j = 0; j < length && index < most; j++) {
        step.at(address + j, index++);
      }
    }
    return index;
  }

  @Property
  void everyByteAndNoOtherIsWritten(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(max = 18 * 50) Integer> kinds,
      @ForAll @IntRange(max = 250) int taken) {
    List<Piece> pieces = pieces(kinds, true);
    int total = pieces.stream().mapToInt(piece -> piece.size).sum();
    int count = 0;
    for (Piece piece : pieces) {
      for (int i = 0; i < piece.size; i++) {
        piece.whole.put(AROUND + i, (byte) (count++ * 7));
      }
    }
    try (BufferVector vector =
        BufferVector.ofContents(PLATFORM, buffers(pieces), 0, kinds.size())) {
      int walked =
          walk(
              vector,
              Integer.MAX_VALUE,
              (address, i) -> assertThat(Memory.getByte(address)).isEqualTo((byte) (i * 7)));
      assertThat(walked).isEqualTo(total);
      vector.written(Math.min(taken, total));
    }
    int left = pieces.stream().mapToInt(piece -> piece.buffer.remaining()).sum();
    assertThat(left).isEqualTo(total - Math.min(taken, total));
  }

  @Property
  void whatIsReadIsInTheBuffersAndNowhereElse(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(max = 18 * 50) Integer> kinds,
      @ForAll @IntRange(max = 250) int most) {
    List<Piece> pieces = pieces(kinds, false);
    try (BufferVector vector = BufferVector.ofRoom(PLATFORM, buffers(pieces), 0, kinds.size())) {
      vector.read(walk(vector, most, (address, i) -> Memory.putByte(address, i * 7)));
    }
    int total = pieces.stream().mapToInt(piece -> piece.size).sum();
    int count = 0;
    for (Piece piece : pieces) {
      for (int i = 0; i < piece.size; i++, count++) {
        byte expected = count < Math.min(most, total) ? (byte) (count * 7) : UNTOUCHED;
        assertThat(piece.whole.get(AROUND + i)).isEqualTo(expected);
      }
      piece.assertNothingAroundIsTouched();
    }
  }

  @Test
  void bufferWhoseArenaIsClosedIsRefused() {
    ByteBuffer gone;
    try (Arena arena = Arena.ofConfined()) {
      gone = arena.allocate(8).asByteBuffer();
    }
    long before = NativeMemory.live();
    ByteBuffer[] buffers = {gone};
    assertThatThrownBy(() -> BufferVector.ofContents(PLATFORM, buffers, 0, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> BufferVector.ofRoom(PLATFORM, buffers, 0, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  @Test
  void heapBuffersAreCopiedUpTo64KiBAndWhatComesAfterThemHasToWait() {
    long before = NativeMemory.live();
    ByteBuffer[] buffers = {
      ByteBuffer.allocate(1 << 16), ByteBuffer.allocate(1), ByteBuffer.allocateDirect(1)
    };
    assertThat(sizes(buffers)).containsExactly(1L << 16);
    buffers[0].position(1);
    assertThat(sizes(buffers)).containsExactly((1L << 16) - 1, 1L, 1L);
    buffers[0] = ByteBuffer.allocate((1 << 16) + 1);
    assertThat(sizes(buffers)).containsExactly(1L << 16);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  @Test
  void whatFindsNoEntryHasToWaitWithAllThatFollows() {
    int most = Math.min(1024, PLATFORM.get(Constant.IOV_MAX));
    for (int kind = 0; kind < 2; kind++) {
      ByteBuffer[] buffers = new ByteBuffer[most + 2];
      for (int i = 0; i < buffers.length; i++) {
        buffers[i] = kind == 0 ? ByteBuffer.allocate(1) : ByteBuffer.allocateDirect(1);
      }
      assertThat(sizes(buffers)).hasSize(most);
    }
  }

  @Test
  void noMoreBytesThanAnIntCountsAreInOneCall() {
    // The same memory many times; none of it is moved.
    ByteBuffer large = ByteBuffer.allocateDirect(1 << 26);
    ByteBuffer[] buffers = new ByteBuffer[33];
    Arrays.fill(buffers, large);
    buffers[32] = large.slice(0, 1);
    assertThat(sizes(buffers)).as("what is behind has to wait too").hasSize(31);
    buffers[31] = large.slice(0, large.capacity() - 1);
    assertThat(sizes(buffers)).hasSize(32);
  }

  @Test
  void readOnlyBufferIsRefusedForReadingAlone() {
    long before = NativeMemory.live();
    ByteBuffer[] buffers = {ByteBuffer.allocate(4), ByteBuffer.allocate(4).asReadOnlyBuffer()};
    assertThatThrownBy(() -> BufferVector.ofRoom(PLATFORM, buffers, 0, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("read-only");
    assertThat(sizes(buffers)).containsExactly(4L, 4L);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  private static List<Long> sizes(ByteBuffer... buffers) {
    List<Long> sizes = new ArrayList<>();
    try (BufferVector vector = BufferVector.ofContents(PLATFORM, buffers, 0, buffers.length)) {
      for (int i = 0; i < vector.count(); i++) {
        sizes.add(Memory.getLong(vector.address() + 16L * i + 8));
      }
      assertThat(vector.isEmpty()).isEqualTo(sizes.isEmpty());
    }
    return sizes;
  }
}
