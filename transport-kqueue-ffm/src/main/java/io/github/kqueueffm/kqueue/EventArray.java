package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.KeventLayout;

/** The caller's event array of one kevent call, filled from its start. */
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
   * Answers changes one after the other, as kevent(2) does: those that fail, and those that ask for
   * a receipt.
   *
   * @param change address of the change
   * @param result 0 or the negative errno
   * @return whether there was no room for the answer to a failure, which is then the call's own
   */
  public boolean answer(long change, int result, int receipt) {
    if (isFull()) {
      return result < 0;
    }
    if (result < 0 || (layout.flags(change) & receipt) != 0) {
      // The arrays may be the same one, so all is read before the entry is written.
      putError(
          layout.ident(change),
          layout.filter(change),
          layout.fflags(change),
          layout.udata(change),
          -result);
    }
    return false;
  }

  /** The answer to a change: an errno, or 0 for a receipt. */
  public void putError(long ident, int filter, int fflags, long udata, int errno) {
    put(ident, filter, error, fflags, errno, udata);
  }
}
