package io.github.kqueueffm.simulation;

/** What a kqueue watches for one ident and filter. */
abstract class Knote extends EventEntry {
  final KqueueFile queue;
  final long ident;
  final int filter;
  final boolean oneShot;

  /** Whether it is silent after a delivery until something happens. */
  boolean clear;

  boolean dispatch;

  /** The flags that its events have. */
  int flags;

  int savedFflags;
  long savedData;
  int fflags;
  long data;
  long udata;

  /** Whether it has an event, which is queued unless it is disabled. */
  boolean active;

  boolean disabled;

  Knote(KqueueFile queue, Kevent change) {
    this.queue = queue;
    ident = change.ident;
    filter = change.filter;
    oneShot = change.has(change.oneShot);
    clear = change.has(change.clear);
    dispatch = change.has(change.dispatch);
    flags = change.flags & ~(change.eof | change.error);
    int never = change.add | change.delete | change.enable | change.disable;
    if (!queue.world.has(Quirk.RETURNS_FLAGS_OF_CHANGE)) {
      flags &= ~never;
    }
    save(change);
  }

  /** A change of it, which is not its first. */
  void touch(Kevent change) {
    save(change);
  }

  final void save(Kevent change) {
    savedFflags = change.fflags;
    savedData = change.data;
    udata = change.udata;
  }

  /**
   * Whether there is something to report now.
   *
   * <p>What is to be reported is then in the fields.
   */
  abstract boolean look();

  /** It was delivered with EV_CLEAR. */
  void reset() {
    data = 0;
    fflags = 0;
  }

  /** It is gone. */
  abstract void detach();
}
