package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.buffer.ByteBuf;

/**
 * Native memory to copy bytes to or from a buffer that the kernel cannot access: a heap buffer, or
 * one of several pieces. Only the loop's thread uses it.
 */
final class CopyRoom {
  /**
   * The memory that stays allocated between calls, and the most bytes of a stream that one call
   * copies.
   */
  static final int KEPT = 64 << 10;

  private long memory;
  private int capacity;
  private int used;

  /** Returns memory for one call, which is valid until the next use of this object. */
  long take(int length) {
    empty();
    reserve(length);
    used = length;
    return memory;
  }

  /** Copies the readable bytes of a buffer to memory for one call. */
  long copyOf(ByteBuf buffer) {
    int length = buffer.readableBytes();
    long address = take(length);
    buffer.getBytes(buffer.readerIndex(), Memory.buffer(address, length));
    return address;
  }

  /** Moves bytes that a call has written to {@linkplain #take taken} memory into their buffer. */
  void moveTo(ByteBuf buffer, int length) {
    if (length > 0) {
      buffer.writeBytes(Memory.buffer(memory, length));
    }
  }

  /**
   * Copies a part of a buffer and adds the copy to the array. Copies that were added since {@link
   * #empty} stay valid.
   *
   * @return false if there was room for a part only, which was added
   */
  boolean add(ByteBuf buffer, int index, int length, IovecArray iovecs) {
    reserve(KEPT);
    int part = Math.min(length, KEPT - used);
    if (!iovecs.add(memory + used, part)) {
      return false;
    }
    buffer.getBytes(index, Memory.buffer(memory + used, part));
    used += part;
    return part == length;
  }

  /** Drops the copies. Memory for a large datagram is freed. */
  void empty() {
    used = 0;
    if (capacity > KEPT) {
      free();
    }
  }

  private void reserve(int length) {
    if (capacity < length) {
      free();
      int size = Math.max(length, KEPT);
      memory = NativeMemory.allocate(size);
      capacity = size;
    }
  }

  void free() {
    if (capacity > 0) {
      NativeMemory.free(memory);
      capacity = 0;
    }
  }
}
