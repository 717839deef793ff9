package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.KeventLayout;

/** The caller's event array of one kevent call, which is filled from its start. */
public final class EventArray {
  private final KeventLayout layout;
  private final int error;
  private long next;
  private int room;
  private int count;

  public EventArray(KeventLayout layout, int error) {
    this.layout = layout;
    this.error = error;
  }

  public void start(long events, int nevents) {
    next = events;
    room = nevents;
    count = 0;
  }

  public boolean isFull() {
    return count == room;
  }

  public int room() {
    return room - count;
  }

  public int count() {
    return count;
  }

  public void put(long ident, int filter, int flags, int fflags, long data, long udata) {
    layout.put(next, ident, filter, flags, fflags, data, udata);
    next += layout.size();
    count++;
  }

  /**
   * Writes the answer to a change as kevent(2) does: if the change failed or asks for a receipt.
   *
   * @param change address of the change
   * @param result 0 or the negative errno
   * @return true if the change failed and its answer found no room: the call then returns the errno
   */
  public boolean answer(long change, int result, int receipt) {
    if (isFull()) {
      return result < 0;
    }
    if (result < 0 || (layout.flags(change) & receipt) != 0) {
      // Changes and events may be the same array, so the change is read before the entry is
      // written.
      putError(
          layout.ident(change),
          layout.filter(change),
          layout.fflags(change),
          layout.udata(change),
          -result);
    }
    return false;
  }

  /** Writes the answer to a change: an errno, or 0 for a receipt. */
  public void putError(long ident, int filter, int fflags, long udata, int errno) {
    put(ident, filter, error, fflags, errno, udata);
  }
}
