package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/**
 * The changelist of the next kevent call, in native memory: the verbatim changes in their order,
 * then those of the registrations whose interest has changed. Confined to the loop's thread.
 *
 * <p>Interests become changes as late as possible, so that what was wanted and taken back in one
 * turn costs nothing, and only as many as the next call sends, so that the states kept here are the
 * kernel's.
 */
final class Changes {
  private static final int INITIAL = 64;

  private final KqueueConstants c;
  private final boolean lowat;
  private final boolean filtersShared;
  private final KeventLayout layout;
  private final int size;
  private long address;
  private int capacity = INITIAL;
  private int first;
  private int end;
  private Registration[] dirty = new Registration[INITIAL];
  private int firstDirty;
  private int endDirty;

  /**
   * @param lowat whether PEER_CLOSE uses NOTE_LOWAT
   * @param filtersShared whether a change of EVFILT_WRITE overrules PEER_CLOSE
   */
  Changes(KqueueConstants constants, KeventLayout layout, boolean lowat, boolean filtersShared) {
    this.c = constants;
    this.layout = layout;
    this.lowat = lowat;
    this.filtersShared = filtersShared;
    size = layout.size();
    address = NativeMemory.allocate((long) INITIAL * size);
  }

  /** Remembers a registration whose interest differs from what the kernel has. */
  void dirty(Registration registration) {
    if (registration.isQueued()) {
      return;
    }
    registration.queued(true);
    if (endDirty == dirty.length) {
      makeRoomForDirty();
    }
    dirty[endDirty++] = registration;
  }

  /**
   * Turns interests into changes while the whole list fits into one call.
   *
   * @return whether the list has all changes, and fits
   */
  boolean collect(int maxChanges) {
    while (firstDirty < endDirty) {
      if (count() + Registration.MAX_CHANGES > maxChanges) {
        return false;
      }
      Registration registration = dirty[firstDirty];
      dirty[firstDirty++] = null;
      registration.queued(false);
      if (registration.isValid()) {
        registration.emit(this, c, lowat, filtersShared);
      }
    }
    firstDirty = 0;
    endDirty = 0;
    return count() <= maxChanges;
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
    // Only what was not sent is copied; the old memory stays as it is.
    int wanted = count > capacity / 2 ? Math.multiplyExact(capacity, 2) : capacity;
    long larger = NativeMemory.allocate((long) wanted * size);
    Memory.copy(at(first), larger, (long) count * size);
    NativeMemory.free(address);
    address = larger;
    capacity = wanted;
    first = 0;
    end = count;
  }

  private void makeRoomForDirty() {
    int count = endDirty - firstDirty;
    Registration[] larger = new Registration[Math.max(INITIAL, count * 2)];
    System.arraycopy(dirty, firstDirty, larger, 0, count);
    dirty = larger;
    firstDirty = 0;
    endDirty = count;
  }
}
