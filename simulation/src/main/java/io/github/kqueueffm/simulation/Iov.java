package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import java.util.Arrays;

/** The memory that a call reads from or writes to: one piece, or a struct iovec for each. */
final class Iov {
  private long[] addresses = new long[8];
  private long[] lengths = new long[8];
  private int count;
  private long total;

  Iov one(long address, long length) {
    clear();
    add(address, length);
    return this;
  }

  /** The pieces of an array of struct iovec. */
  Iov many(Struct iovec, long array, int pieces) {
    clear();
    for (int i = 0; i < pieces; i++) {
      long at = array + (long) i * iovec.size();
      add(
          Memory.getLong(at + iovec.offset("iov_base")),
          Memory.getLong(at + iovec.offset("iov_len")));
    }
    return this;
  }

  private void clear() {
    count = 0;
    total = 0;
  }

  private void add(long address, long length) {
    if (count == addresses.length) {
      addresses = Arrays.copyOf(addresses, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
    }
    addresses[count] = address;
    lengths[count++] = length;
    total += length;
  }

  long total() {
    return total;
  }

  /** Copies the bytes from an index on into an array, as many as both have. */
  int get(long from, byte[] into, int index, int length) {
    int copied = 0;
    long skip = from;
    for (int i = 0; i < count && copied < length; i++) {
      if (skip >= lengths[i]) {
        skip -= lengths[i];
        continue;
      }
      int piece = (int) Math.min(lengths[i] - skip, length - copied);
      Memory.copy(addresses[i] + skip, into, index + copied, piece);
      copied += piece;
      skip = 0;
    }
    return copied;
  }

  /** Copies bytes of an array into the memory from an index on, as many as there is room for. */
  int put(long to, byte[] from, int index, int length) {
    int copied = 0;
    long skip = to;
    for (int i = 0; i < count && copied < length; i++) {
      if (skip >= lengths[i]) {
        skip -= lengths[i];
        continue;
      }
      int piece = (int) Math.min(lengths[i] - skip, length - copied);
      Memory.copy(from, index + copied, addresses[i] + skip, piece);
      copied += piece;
      skip = 0;
    }
    return copied;
  }
}
