package io.github.kqueueffm.selector;

import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/** The changes for the next wait, in native memory, in the order in which they were put. */
final class ChangeList {
  private static final int INITIAL = 64;

  private final KeventLayout layout;
  private final int size;
  private long address;
  private int capacity = INITIAL;
  private int first;
  private int end;

  ChangeList(KeventLayout layout) {
    this.layout = layout;
    size = layout.size();
    address = NativeMemory.allocate((long) INITIAL * size);
  }

  void put(long ident, int filter, int flags, int fflags, long data, long udata) {
    if (end == capacity) {
      makeRoom();
    }
    layout.put(at(end), ident, filter, flags, fflags, data, udata);
    end++;
  }

  int count() {
    return end - first;
  }

  /** Where the first change that was not sent is. */
  long address() {
    return at(first);
  }

  /** Drops the first changes, which the kernel has applied. */
  void sent(int count) {
    first += count;
    if (first == end) {
      first = 0;
      end = 0;
    }
  }

  /** Drops the changes of one registration. */
  void purge(long udata) {
    int kept = first;
    for (int i = first; i < end; i++) {
      if (layout.udata(at(i)) != udata) {
        if (kept != i) {
          Memory.copy(at(i), at(kept), size);
        }
        kept++;
      }
    }
    end = kept;
  }

  void free() {
    NativeMemory.free(address);
    address = 0;
  }

  private long at(int index) {
    return address + (long) index * size;
  }

  private void makeRoom() {
    int count = count();
    // Nothing is moved within the old memory: what was sent is left behind on the way.
    int wanted = count > capacity / 2 ? Math.multiplyExact(capacity, 2) : capacity;
    long larger = NativeMemory.allocate((long) wanted * size);
    Memory.copy(at(first), larger, (long) count * size);
    NativeMemory.free(address);
    address = larger;
    capacity = wanted;
    first = 0;
    end = count;
  }
}
