package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.KeventLayout;

/**
 * What the next wait has to tell the kernel: the verbatim changes in their order, then those of the
 * registrations whose interest has changed. Confined to the loop's thread.
 *
 * <p>Interests become changes as late as possible, so that what was wanted and taken back in one
 * turn costs nothing, and only as many as go out with the next call, so that the states kept here
 * are the kernel's.
 */
final class PendingChanges {
  private static final int INITIAL = 64;

  private final KqueueConstants facts;
  private final boolean lowat;
  private final boolean filtersShared;
  private final ChangeList list;
  private Registration[] dirty = new Registration[INITIAL];
  private int firstDirty;
  private int endDirty;

  /**
   * @param lowat whether sentinels use NOTE_LOWAT
   * @param filtersShared whether a change of EVFILT_WRITE overrules a sentinel
   */
  PendingChanges(KqueueConstants facts, KeventLayout layout, boolean lowat, boolean filtersShared) {
    this.facts = facts;
    this.lowat = lowat;
    this.filtersShared = filtersShared;
    list = new ChangeList(layout);
  }

  /** Remembers a registration whose interest is no longer what the kernel holds. */
  void dirty(Registration registration) {
    if (registration.isQueued()) {
      return;
    }
    registration.queued(true);
    if (endDirty == dirty.length) {
      makeRoom();
    }
    dirty[endDirty++] = registration;
  }

  void submit(long ident, int filter, int flags, int fflags, long data, long udata) {
    list.put(ident, filter, flags, fflags, data, udata);
  }

  void purge(Registration registration) {
    if (list.count() > 0) {
      list.purge(registration.id());
    }
  }

  /**
   * Turns interests into changes while all of the list fits into one call.
   *
   * @return whether the list holds everything that there is, and fits
   */
  boolean collect(int maxChanges) {
    while (firstDirty < endDirty) {
      if (list.count() + Registration.MAX_CHANGES > maxChanges) {
        return false;
      }
      Registration registration = dirty[firstDirty];
      dirty[firstDirty++] = null;
      registration.queued(false);
      if (registration.isValid()) {
        registration.emit(list, facts, lowat, filtersShared);
      }
    }
    firstDirty = 0;
    endDirty = 0;
    return list.count() <= maxChanges;
  }

  int count() {
    return list.count();
  }

  long address() {
    return list.address();
  }

  void sent(int count) {
    list.sent(count);
  }

  void free() {
    list.free();
  }

  private void makeRoom() {
    int count = endDirty - firstDirty;
    Registration[] larger = new Registration[Math.max(INITIAL, count * 2)];
    System.arraycopy(dirty, firstDirty, larger, 0, count);
    dirty = larger;
    firstDirty = 0;
    endDirty = count;
  }
}
