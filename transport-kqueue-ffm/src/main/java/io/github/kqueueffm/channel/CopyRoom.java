package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.buffer.ByteBuf;

/**
 * Native memory through which the bytes of a buffer go that the kernel cannot reach where they are:
 * of a heap buffer, or of several pieces. The loop's thread only.
 */
final class CopyRoom {
  /** What stays allocated between two calls, and the most of a stream that one call copies. */
  static final int KEPT = 64 << 10;

  private long memory;
  private int capacity;
  private int used;

  /** Memory for one call, valid until the next use of this room. */
  long take(int length) {
    empty();
    reserve(length);
    used = length;
    return memory;
  }

  /** Copies what can be read of a buffer to memory for one call. */
  long copyOf(ByteBuf buffer) {
    int length = buffer.readableBytes();
    long address = take(length);
    buffer.getBytes(buffer.readerIndex(), Memory.buffer(address, length));
    return address;
  }

  /** Gives bytes that a call has put into {@linkplain #take taken} memory to their buffer. */
  void moveTo(ByteBuf buffer, int length) {
    if (length > 0) {
      buffer.writeBytes(Memory.buffer(memory, length));
    }
  }

  /**
   * Copies a part of a buffer and adds the copy, beside those that were added since {@link #empty}.
   *
   * @return false if there was no room for all of it; as much as there was room for is added
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

  /** Forgets what was copied; a large datagram's memory is not kept. */
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
