package io.github.kqueueffm.simulation;

import java.util.Arrays;

/** Bytes in order, which a socket has received or is to send. It takes little room while empty. */
final class Ring {
  /** What an empty ring may keep, so that small messages allocate nothing. */
  private static final int KEPT = 64;

  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Appends bytes of a call's memory, from an index on. */
  void add(Iov from, long at, int length) {
    reserve(length);
    int tail = index(size);
    int first = Math.min(length, bytes.length - tail);
    from.get(at, bytes, tail, first);
    from.get(at + first, bytes, 0, length - first);
    size += length;
  }

  /** Appends bytes of an array. */
  void add(byte[] from, int at, int length) {
    reserve(length);
    int tail = index(size);
    int first = Math.min(length, bytes.length - tail);
    System.arraycopy(from, at, bytes, tail, first);
    System.arraycopy(from, at + first, bytes, 0, length - first);
    size += length;
  }

  /** Copies the first bytes into a call's memory, from an index on. */
  void copy(Iov to, long at, int length) {
    int first = Math.min(length, bytes.length - head);
    to.put(at, bytes, head, first);
    to.put(at + first, bytes, 0, length - first);
  }

  /** Removes the first bytes. */
  void skip(int length) {
    size -= length;
    head = index(length);
    if (size == 0) {
      clear();
    }
  }

  /** Moves the first bytes to the end of another ring. */
  void moveTo(Ring other, int length) {
    int first = Math.min(length, bytes.length - head);
    other.add(bytes, head, first);
    other.add(bytes, 0, length - first);
    skip(length);
  }

  /** Removes all but the first bytes. */
  void truncate(int length) {
    size = Math.min(size, length);
    if (size == 0) {
      clear();
    }
  }

  void clear() {
    head = 0;
    size = 0;
    if (bytes.length > KEPT) {
      bytes = NONE;
    }
  }

  /** An index of the array; the offset is at most its length. */
  private int index(int offset) {
    int index = head + offset;
    return index >= bytes.length ? index - bytes.length : index;
  }

  private void reserve(int length) {
    if (size + length <= bytes.length) {
      return;
    }
    int room = Math.max(KEPT, Integer.highestOneBit(size + length - 1) << 1);
    byte[] larger = new byte[room];
    int first = Math.min(size, bytes.length - head);
    System.arraycopy(bytes, head, larger, 0, first);
    System.arraycopy(bytes, 0, larger, first, size - first);
    bytes = larger;
    head = 0;
  }

  @Override
  public String toString() {
    return size + " bytes of " + Arrays.toString(new int[] {bytes.length, head});
  }
}
