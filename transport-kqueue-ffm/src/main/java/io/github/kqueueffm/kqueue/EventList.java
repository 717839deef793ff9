package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.KeventLayout;

/** The caller's event array of one kevent call, filled from its start. */
final class EventList {
  private final KeventLayout layout;
  private final int error;
  private long next;
  private int room;
  private int count;

  EventList(KeventLayout layout, int error) {
    this.layout = layout;
    this.error = error;
  }

  void start(long events, int nevents) {
    next = events;
    room = nevents;
    count = 0;
  }

  boolean isFull() {
    return count == room;
  }

  int room() {
    return room - count;
  }

  int count() {
    return count;
  }

  void put(long ident, int filter, int flags, int fflags, long data, long udata) {
    layout.put(next, ident, filter, flags, fflags, data, udata);
    next += layout.size();
    count++;
  }

  /** The answer to a change: an errno, or 0 for a receipt. */
  void putError(long ident, int filter, int fflags, long udata, int errno) {
    put(ident, filter, error, fflags, errno, udata);
  }
}
