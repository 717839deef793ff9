package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Memory;

/**
 * The last decoded address and its bytes. While all datagrams come from one peer, its address is
 * decoded once.
 */
final class LastAddress<A> {
  private final int[] words = new int[8];
  private int length = -1;
  private A address;

  /** {@return the last address if the bytes are the same, or {@code null}} */
  A get(long memory, int length) {
    if (length != this.length) {
      return null;
    }
    for (int i = 0; i < length / Integer.BYTES; i++) {
      if (words[i] != Memory.getInt(memory + (long) i * Integer.BYTES)) {
        return null;
      }
    }
    return address;
  }

  A put(long memory, int length, A address) {
    boolean fits = length <= words.length * Integer.BYTES && length % Integer.BYTES == 0;
    this.length = fits ? length : -1;
    this.address = address;
    for (int i = 0; fits && i < length / Integer.BYTES; i++) {
      words[i] = Memory.getInt(memory + (long) i * Integer.BYTES);
    }
    return address;
  }
}
