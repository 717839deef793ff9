package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.syscall.NativeMemory;

/** A kevent call whose only change stays the same, or one made for the occasion. */
final class KeventCall {
  private final Kqueue kqueue;
  private final long change;

  /** Prepares a call to be made many times, from any thread. */
  KeventCall(Kqueue kqueue, long ident, int filter, int flags, int fflags) {
    this.kqueue = kqueue;
    change = NativeMemory.allocate(kqueue.layout().size());
    kqueue.layout().put(change, ident, filter, flags, fflags, 0, 0);
  }

  /**
   * Applies the change, and does not wait.
   *
   * @return 0 or the negative errno
   */
  int make() {
    return kqueue.kevent(change, 1, 0, 0, 0);
  }

  void free() {
    NativeMemory.free(change);
  }

  /**
   * Applies one change at once, from any thread.
   *
   * @return 0 or the negative errno
   */
  static int apply(Kqueue kqueue, long ident, int filter, int flags, int fflags, long udata) {
    long change = NativeMemory.allocate(kqueue.layout().size());
    try {
      kqueue.layout().put(change, ident, filter, flags, fflags, 0, udata);
      return kqueue.kevent(change, 1, 0, 0, 0);
    } finally {
      NativeMemory.free(change);
    }
  }
}
