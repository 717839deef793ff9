package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Memory;

/**
 * The last address that was decoded, with the kernel's bytes of it: while datagrams come from one
 * peer, decoding costs nothing.
 */
final class LastAddress<A> {
  private final int[] words = new int[8];
  private int length = -1;
  private A address;

  /** The address if the bytes are the same as the last ones, or {@code null}. */
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
