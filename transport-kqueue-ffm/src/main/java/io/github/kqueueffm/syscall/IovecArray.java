package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;

/**
 * A native array of struct iovec for readv, writev and sendmsg, which many calls reuse.
 *
 * <p>It grows as needed, so its {@linkplain #address() address} is valid until the next add. For
 * one thread at a time.
 */
public final class IovecArray {
  /** Bytes of a struct iovec: an address and a length, on every platform. */
  public static final int ENTRY = 2 * Long.BYTES;

  private static final int INITIAL = 16;

  private final int max;
  private int capacity;
  private long address;
  private int count;
  private long size;

  /**
   * @param max the most entries to hold; never more than the system's IOV_MAX
   */
  public IovecArray(Platform platform, int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max " + max + ": at least one entry is needed");
    }
    this.max = Math.min(max, platform.get(Constant.IOV_MAX));
    capacity = Math.min(INITIAL, this.max);
    address = NativeMemory.allocate((long) capacity * ENTRY);
  }

  /** Writes one struct iovec into the caller's memory. */
  public static void put(long entry, long address, long length) {
    Memory.putLong(entry, address);
    Memory.putLong(entry + Long.BYTES, length);
  }

  /**
   * Adds a piece of memory that stays valid until the call returns. An empty piece takes no entry.
   *
   * @return false if there was no room, in which case the array has not changed
   */
  public boolean add(long address, long length) {
    if (length == 0) {
      return true;
    }
    if (count == capacity && !grow()) {
      return false;
    }
    put(this.address + (long) count * ENTRY, address, length);
    count++;
    size += length;
    return true;
  }

  private boolean grow() {
    if (capacity == max) {
      return false;
    }
    int larger = Math.min(capacity * 2, max);
    long memory = NativeMemory.allocate((long) larger * ENTRY);
    Memory.copy(address, memory, (long) capacity * ENTRY);
    NativeMemory.free(address);
    address = memory;
    capacity = larger;
    return true;
  }

  /** {@return the number of entries} */
  public int count() {
    return count;
  }

  /** {@return the sum of the entries' lengths in bytes} */
  public long size() {
    return size;
  }

  /** {@return the array's native address} */
  public long address() {
    return address;
  }

  /** Removes the entries and keeps the memory. */
  public void clear() {
    count = 0;
    size = 0;
  }

  /** Frees the memory; a second time does nothing. */
  public void free() {
    if (address != 0) {
      NativeMemory.free(address);
      address = 0;
      capacity = 0;
      clear();
    }
  }
}
