package io.github.kqueueffm.simulation;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** An allocator that counts, and once has no memory. */
final class FailingAllocator extends AbstractByteBufAllocator {
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true, true, true);
  private final int failing;
  private int count;

  /**
   * Makes one.
   *
   * @param failing the allocation that fails, from 0 on, or -1
   */
  FailingAllocator(int failing) {
    super(true);
    this.failing = failing;
  }

  private void count() {
    if (count++ == failing) {
      throw new OutOfMemoryError("thrown by the test's allocator");
    }
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    count();
    return buffers.heapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    count();
    return buffers.directBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }

  int allocations() {
    return count;
  }

  /** {@return bytes that are not released} */
  long used() {
    return buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory();
  }
}
