package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Memory;
import java.util.Arrays;

/**
 * The addresses that the kernel reported last, by their bytes: an address that comes again is not
 * decoded again. Four addresses have one set. While an address finds its set full, the table grows,
 * up to {@value #MOST} addresses; then it replaces one of the set.
 *
 * <p>The loop's thread only.
 */
final class RecentAddresses<A> {
  static final int MOST = 256;
  private static final int SET = 4;

  /** Seven, which a struct sockaddr_in6 has, and the length; an empty entry has the length 0. */
  private static final int WORDS = 8;

  private static final int LENGTH = WORDS - 1;
  private static final int FACTOR = 0x9E3779B1;

  /** For a table that has never had an address, which takes no memory. */
  private static final int[] NO_ENTRIES = new int[SET * WORDS];

  private static final Object[] NO_ADDRESSES = new Object[SET];

  private final int[] key = new int[WORDS];
  private int[] entries = NO_ENTRIES;
  private Object[] addresses = NO_ADDRESSES;

  /** Counts the addresses that were replaced, so that each place of a set has its turn. */
  private int replaced;

  /** {@return the address with exactly these bytes, or {@code null}} */
  @SuppressWarnings("unchecked") // Only put() writes them.
  A get(long memory, int length) {
    if (!load(memory, length)) {
      return null;
    }
    int set = set(key, 0);
    for (int place = set; place < set + SET; place++) {
      if (Arrays.equals(entries, place * WORDS, (place + 1) * WORDS, key, 0, WORDS)) {
        return (A) addresses[place];
      }
    }
    return null;
  }

  /** Keeps the address of the bytes for which {@link #get} has just returned {@code null}. */
  A put(A address) {
    if (key[LENGTH] != 0) {
      int place = place();
      System.arraycopy(key, 0, entries, place * WORDS, WORDS);
      addresses[place] = address;
    }
    return address;
  }

  /** Takes the bytes as the key, unless an entry has no room for them. */
  private boolean load(long memory, int length) {
    Arrays.fill(key, 0);
    if (length <= 0 || length > LENGTH * Integer.BYTES || length % Integer.BYTES != 0) {
      return false;
    }
    for (int i = 0; i < length / Integer.BYTES; i++) {
      key[i] = Memory.getInt(memory + (long) i * Integer.BYTES);
    }
    key[LENGTH] = length;
    return true;
  }

  /** The first place of the set to which the entry at an index belongs. */
  private int set(int[] words, int index) {
    int hash = 0;
    for (int i = 0; i < WORDS; i++) {
      hash = (hash ^ words[index + i]) * FACTOR;
      hash ^= hash >>> 15;
    }
    return hash & addresses.length - SET;
  }

  private int place() {
    if (addresses == NO_ADDRESSES) {
      entries = NO_ENTRIES.clone();
      addresses = NO_ADDRESSES.clone();
    }
    int place = free(key, 0);
    while (place < 0 && addresses.length < MOST) {
      grow();
      place = free(key, 0);
    }
    return place < 0 ? set(key, 0) + (replaced++ & SET - 1) : place;
  }

  /** A free place for the entry at an index, or -1. */
  private int free(int[] words, int index) {
    int set = set(words, index);
    for (int place = set; place < set + SET; place++) {
      if (addresses[place] == null) {
        return place;
      }
    }
    return -1;
  }

  /** Each set becomes two, so every address finds a place. */
  private void grow() {
    int[] before = entries;
    Object[] had = addresses;
    entries = new int[before.length * 2];
    addresses = new Object[had.length * 2];
    for (int from = 0; from < had.length; from++) {
      if (had[from] != null) {
        int to = free(before, from * WORDS);
        System.arraycopy(before, from * WORDS, entries, to * WORDS, WORDS);
        addresses[to] = had[from];
      }
    }
  }
}
