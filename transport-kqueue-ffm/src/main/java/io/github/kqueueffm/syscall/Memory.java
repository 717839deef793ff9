package io.github.kqueueffm.syscall;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads and writes native memory by address, without any check. A wrong address ends the process,
 * so addresses come from {@link NativeMemory} or from a buffer that the caller owns during the
 * call.
 */
public final class Memory {
  private static final MemorySegment ALL = Foreign.EVERYTHING;

  private Memory() {}

  public static byte getByte(long address) {
    return ALL.get(JAVA_BYTE, address);
  }

  public static void putByte(long address, int value) {
    ALL.set(JAVA_BYTE, address, (byte) value);
  }

  public static short getShort(long address) {
    return ALL.get(JAVA_SHORT_UNALIGNED, address);
  }

  public static void putShort(long address, int value) {
    ALL.set(JAVA_SHORT_UNALIGNED, address, (short) value);
  }

  public static int getInt(long address) {
    return ALL.get(JAVA_INT_UNALIGNED, address);
  }

  public static void putInt(long address, int value) {
    ALL.set(JAVA_INT_UNALIGNED, address, value);
  }

  public static long getLong(long address) {
    return ALL.get(JAVA_LONG_UNALIGNED, address);
  }

  public static void putLong(long address, long value) {
    ALL.set(JAVA_LONG_UNALIGNED, address, value);
  }

  /** Reads an unsigned integer of 1, 2, 4 or 8 bytes. */
  public static long getUnsigned(long address, int width) {
    return switch (width) {
      case 1 -> getByte(address) & 0xffL;
      case 2 -> getShort(address) & 0xffffL;
      case 4 -> getInt(address) & 0xffff_ffffL;
      case 8 -> getLong(address);
      default -> throw new IllegalArgumentException("width " + width);
    };
  }

  /** Writes the low 1, 2, 4 or 8 bytes of a value. */
  public static void put(long address, int width, long value) {
    switch (width) {
      case 1 -> putByte(address, (int) value);
      case 2 -> putShort(address, (int) value);
      case 4 -> putInt(address, (int) value);
      case 8 -> putLong(address, value);
      default -> throw new IllegalArgumentException("width " + width);
    }
  }

  public static void copy(long from, long to, long length) {
    MemorySegment.copy(ALL, from, ALL, to, length);
  }

  public static void copy(byte[] from, int index, long to, int length) {
    MemorySegment.copy(from, index, ALL, JAVA_BYTE, to, length);
  }

  public static void copy(long from, byte[] to, int index, int length) {
    MemorySegment.copy(ALL, JAVA_BYTE, from, to, index, length);
  }

  public static void clear(long address, long length) {
    // A slice to fill would be an object wherever the compiler cannot remove it.
    long words = length & -Long.BYTES;
    for (long at = 0; at < words; at += Long.BYTES) {
      putLong(address + at, 0);
    }
    for (long at = words; at < length; at++) {
      putByte(address + at, 0);
    }
  }

  /** {@return a buffer over the memory, valid as long as the memory is} */
  public static ByteBuffer buffer(long address, int length) {
    return ALL.asSlice(address, length).asByteBuffer();
  }

  /**
   * {@return the address of a direct buffer's first byte, independent of its position} The caller
   * keeps the buffer reachable.
   *
   * @throws IllegalStateException if its memory was freed with its arena
   */
  public static long address(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("a heap buffer has no address");
    }
    MemorySegment remaining = MemorySegment.ofBuffer(direct);
    if (!remaining.scope().isAlive()) {
      throw new IllegalStateException("the buffer's memory is freed: its arena is closed");
    }
    // The segment's address includes the position.
    return remaining.address() - direct.position();
  }
}
