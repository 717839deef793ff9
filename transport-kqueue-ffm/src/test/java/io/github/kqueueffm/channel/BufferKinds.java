package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Makes buffers of every kind and view that Netty and users make, as a list of choices says. What
 * is not an allocator's lies in blocks of memory, in pieces with gaps between them; what reads or
 * writes past a piece meets a gap.
 */
final class BufferKinds {
  /** How many choices there are. */
  static final int CHOICES = 18;

  private static final int BLOCK = 1 << 16;
  private static final int GAP = 64;
  private static final byte UNTOUCHED = 0x5a;
  private static final int DEEPEST = 5;
  private static final ByteBufAllocator POOLED = new PooledByteBufAllocator(true);
  private static final ByteBufAllocator ADAPTIVE = new AdaptiveByteBufAllocator(true);

  private ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
  private final List<ByteBuffer> gaps = new ArrayList<>();
  private final List<ByteBuf> unreleasable = new ArrayList<>();
  private final Iterator<Integer> choices;
  private int used;
  private int content;

  BufferKinds(List<Integer> choices) {
    this.choices = choices.iterator();
    gap();
  }

  /** A direct buffer of Java's alone: it has memory and no address, as without Unsafe. */
  private static final class WithoutAddress extends UnpooledDirectByteBuf {
    WithoutAddress(ByteBuffer memory) {
      super(UnpooledByteBufAllocator.DEFAULT, memory, memory.capacity());
    }

    @Override
    public boolean hasMemoryAddress() {
      return false;
    }

    @Override
    public long memoryAddress() {
      throw new UnsupportedOperationException();
    }
  }

  private int next() {
    return choices.hasNext() ? choices.next() : 0;
  }

  /** A buffer of that capacity with as many bytes to read. */
  synchronized ByteBuf contents(int size) {
    return build(size, 0, true);
  }

  /** A buffer with that room, behind some bytes that were read already. */
  synchronized ByteBuf room(int size) {
    int before = next() % 3;
    return build(before + size, 0, false).setIndex(before, before);
  }

  private ByteBuf build(int size, int depth, boolean readOnly) {
    int choice = next() % CHOICES;
    if (depth == DEEPEST) {
      choice %= 7;
    }
    int deeper = depth + 1;
    return switch (choice) {
      case 0 -> filled(Unpooled.wrappedBuffer(piece(size)), size);
      case 1 -> filled(new WithoutAddress(piece(size)), size);
      case 2 -> filled(Unpooled.buffer(size, size), size);
      case 3 -> filled(POOLED.directBuffer(size, size), size);
      case 4 -> filled(ADAPTIVE.directBuffer(size, size), size);
      case 5 -> filled(UnpooledByteBufAllocator.DEFAULT.directBuffer(size, size), size);
      case 6 -> filled(Unpooled.wrappedBuffer(segment(size)), size);
      case 7 -> sliced(size, deeper, readOnly);
      case 8 -> build(size, deeper, readOnly).duplicate();
      case 9 -> swapped(build(size, deeper, readOnly));
      case 10 -> unreleasable(build(size, deeper, readOnly));
      case 11 -> readOnly ? build(size, deeper, true).asReadOnly() : sliced(size, deeper, false);
      case 12 -> composite(size, deeper, readOnly, 1);
      case 13 -> composite(size, deeper, readOnly, 2);
      case 14 -> composite(size, deeper, readOnly, 3);
      case 15 -> sliceOf(composite(size + 20, deeper, readOnly, 2), 10, size);
      case 16 -> readOnly ? fixedComposite(size, deeper) : composite(size, deeper, false, 4);
      default ->
          readOnly
              ? Unpooled.wrappedBuffer(foreign(size).asReadOnlyBuffer())
              : composite(size, deeper, false, 2).duplicate();
    };
  }

  /** Memory with gaps on both sides. */
  private ByteBuffer piece(int size) {
    if (block.capacity() - used < size + GAP) {
      block = ByteBuffer.allocateDirect(size + BLOCK);
      used = 0;
      gap();
    }
    ByteBuffer piece = block.slice(used, size);
    used += size;
    gap();
    return piece;
  }

  private void gap() {
    ByteBuffer gap = block.slice(used, GAP);
    for (int i = 0; i < GAP; i++) {
      gap.put(i, UNTOUCHED);
    }
    gaps.add(gap);
    used += GAP;
  }

  /** A foreign buffer whose position is not where its memory begins. */
  private ByteBuffer foreign(int size) {
    ByteBuffer foreign = piece(size + 3);
    for (int i = 0; i < foreign.capacity(); i++) {
      foreign.put(i, (byte) content++);
    }
    return foreign.position(3);
  }

  private static ByteBuffer segment(int size) {
    return Arena.ofAuto().allocate(Math.max(size, 1)).asByteBuffer().limit(size);
  }

  private ByteBuf filled(ByteBuf buffer, int size) {
    buffer.setIndex(0, size);
    for (int i = 0; i < size; i++) {
      buffer.setByte(i, content++);
    }
    return buffer;
  }

  private ByteBuf sliced(int size, int depth, boolean readOnly) {
    int before = next() % 20;
    int behind = next() % 20;
    return sliceOf(build(before + size + behind, depth, readOnly), before, size);
  }

  private static ByteBuf sliceOf(ByteBuf buffer, int before, int size) {
    return buffer.slice(before, size);
  }

  @SuppressWarnings("deprecation") // Users still swap.
  private static ByteBuf swapped(ByteBuf buffer) {
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuf unreleasable(ByteBuf buffer) {
    unreleasable.add(buffer);
    return Unpooled.unreleasableBuffer(buffer);
  }

  private ByteBuf composite(int size, int depth, boolean readOnly, int parts) {
    CompositeByteBuf composite = Unpooled.compositeBuffer(16);
    int left = size;
    for (int i = 1; i < parts; i++) {
      int length = left == 0 ? 0 : 1 + next() * 7 % left;
      composite.addComponent(true, build(length, depth, readOnly));
      left -= length;
    }
    return composite.addComponent(true, build(left, depth, readOnly));
  }

  @SuppressWarnings("deprecation") // It takes buffers of one order only.
  private ByteBuf fixedComposite(int size, int depth) {
    int first = size / 3;
    return Unpooled.wrappedUnmodifiableBuffer(
        build(first, depth, true).order(ByteOrder.BIG_ENDIAN),
        build(size - first, depth, true).order(ByteOrder.BIG_ENDIAN));
  }

  /** Nobody has written past the end of a piece. */
  synchronized void assertGapsUntouched() {
    for (ByteBuffer gap : gaps) {
      for (int i = 0; i < GAP; i++) {
        assertThat(gap.get(i)).as("a byte between two pieces").isEqualTo(UNTOUCHED);
      }
    }
  }

  /** Releases what its holders cannot. */
  synchronized void release() {
    unreleasable.forEach(buffer -> {
      if (buffer.refCnt() > 0) {
        buffer.release();
      }
    });
  }

  /** An allocator that answers with them, also where a direct buffer is asked for. */
  ByteBufAllocator allocator() {
    return new AbstractByteBufAllocator(true) {
      @Override
      protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return room(initialCapacity).setIndex(0, 0);
      }

      @Override
      protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return newHeapBuffer(initialCapacity, maxCapacity);
      }

      @Override
      public boolean isDirectBufferPooled() {
        return true;
      }
    };
  }
}
