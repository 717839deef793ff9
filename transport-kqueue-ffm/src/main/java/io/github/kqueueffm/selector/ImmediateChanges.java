package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Changes that are applied at once, from any thread, as long as the kqueue is open. */
public final class ImmediateChanges {
  /** The answer when the kqueue is closed; no errno has this number. */
  public static final int CLOSED = Integer.MIN_VALUE;

  static final int READ = 1;
  static final int WRITE = 2;
  private static final int TIMER = 4;
  private static final int USER = 8;

  private final Kqueue kqueue;
  private final KqueueConstants c;
  private final LoopWaker waker;
  private final boolean awaitsWaits;
  private final AtomicInteger underWay = new AtomicInteger();

  ImmediateChanges(Kqueue kqueue, KqueueConstants constants, LoopWaker waker) {
    this.kqueue = kqueue;
    this.c = constants;
    this.waker = waker;
    awaitsWaits = kqueue.changesAwaitWaits();
  }

  /**
   * Applies one change, whether the kqueue is open or not.
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

  /**
   * The loop, once it has published its sleep: whether there is a change that its wait would keep
   * from being applied.
   */
  boolean areUnderWay() {
    return awaitsWaits && underWay.get() != 0;
  }

  private boolean enter() {
    if (!waker.enter()) {
      return false;
    }
    if (awaitsWaits) {
      // Published first, so that the loop does not wait again. After a wakeup that fails the change
      // waits for the end of the loop's wait.
      underWay.incrementAndGet();
      waker.interrupt();
    }
    return true;
  }

  private void leave() {
    if (awaitsWaits) {
      underWay.decrementAndGet();
    }
    waker.leave();
  }

  /**
   * Arms a descriptor for one event of each direction, all or nothing.
   *
   * @return 0, the negative errno, or {@link #CLOSED}
   */
  public int arm(int fd, long token, boolean forReading, boolean forWriting) {
    if (!enter()) {
      return CLOSED;
    }
    try {
      int read = forReading ? arm(fd, c.read, token) : 0;
      int write = read == 0 && forWriting ? arm(fd, c.write, token) : 0;
      if (write < 0 && forReading) {
        deleteFilter(fd, c.read);
      }
      return Math.min(read, write);
    } finally {
      leave();
    }
  }

  private int arm(int fd, int filter, long token) {
    return apply(kqueue, fd, filter, c.add | c.enable | c.oneshot, 0, token);
  }

  /** Has to be called before a descriptor is closed. */
  public void forget(int fd) {
    if (enter()) {
      try {
        kqueue.forget(fd);
      } finally {
        leave();
      }
    }
  }

  /** The bit for {@link Registration#knotes()} of a verbatim change. */
  int mark(int filter, int flags) {
    if ((flags & c.add) == 0) {
      return 0;
    }
    if (filter == c.read) {
      return READ;
    }
    if (filter == c.write) {
      return WRITE;
    }
    return filter == c.timer ? TIMER : filter == c.user ? USER : 0;
  }

  /**
   * Deletes knotes of an ident, given as bits.
   *
   * @param release whether it is a descriptor that the provider may remember without a knote
   */
  void delete(long ident, int knotes, boolean release) {
    if (!enter()) {
      return;
    }
    try {
      deleteIf((knotes & READ) != 0, ident, c.read);
      deleteIf((knotes & WRITE) != 0, ident, c.write);
      deleteIf((knotes & TIMER) != 0, ident, c.timer);
      deleteIf((knotes & USER) != 0, ident, c.user);
      if (release) {
        kqueue.release((int) ident);
      }
    } finally {
      leave();
    }
  }

  private void deleteIf(boolean mayExist, long ident, int filter) {
    if (mayExist) {
      deleteFilter(ident, filter);
    }
  }

  private void deleteFilter(long ident, int filter) {
    int result = apply(kqueue, ident, filter, c.delete, 0, 0);
    // ENOENT: there is none, or it was one-shot and has fired. EBADF: the descriptor was closed.
    if (result < 0 && result != -c.enoent && result != -c.ebadf) {
      String subject = c.filterName(filter) + " EV_DELETE of " + ident;
      throw new UncheckedIOException(Failures.of(c.platform, "kevent", subject, result));
    }
  }
}
