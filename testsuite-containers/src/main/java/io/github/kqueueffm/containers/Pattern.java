package io.github.kqueueffm.containers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The bytes of a stream by their place in it, so that what comes back can be checked as it comes.
 */
final class Pattern {
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

  private Pattern() {}

  static ByteBuf bytes(ByteBufAllocator allocator, long from, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(from + i);
    }
    return allocator.buffer(length).writeBytes(bytes);
  }

  /**
   * Reads the buffer to its end.
   *
   * @return null, or what is wrong
   */
  static String complaint(ByteBuf received, long from) {
    byte[] bytes = new byte[received.readableBytes()];
    received.readBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != at(from + i)) {
        return "byte %d is %d instead of %d".formatted(from + i, bytes[i], at(from + i));
      }
    }
    return null;
  }

  private static byte at(long place) {
    return (byte) (place * MIX >>> 56);
  }
}
