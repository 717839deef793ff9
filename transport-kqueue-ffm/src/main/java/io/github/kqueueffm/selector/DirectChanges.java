package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Changes that are applied at once, from any thread, as long as the kqueue is open. */
final class DirectChanges {
  /** The answer when the kqueue is closed; no errno has this number. */
  static final int CLOSED = Integer.MIN_VALUE;

  static final int READ = 1;
  static final int WRITE = 2;
  private static final int TIMER = 4;
  private static final int USER = 8;

  private final Kqueue kqueue;
  private final KqueueConstants facts;
  private final Gate gate;
  private final Waker waker;
  private final boolean awaitsWaits;
  private final AtomicInteger underWay = new AtomicInteger();

  DirectChanges(Kqueue kqueue, KqueueConstants facts, Gate gate, Waker waker) {
    this.kqueue = kqueue;
    this.facts = facts;
    this.gate = gate;
    this.waker = waker;
    awaitsWaits = kqueue.changesAwaitWaits();
  }

  /**
   * The loop, once it has published its sleep: whether there is a change that its wait would keep
   * from being applied.
   */
  boolean areUnderWay() {
    return awaitsWaits && underWay.get() != 0;
  }

  private boolean enter() {
    if (!gate.enter()) {
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
    gate.leave();
  }

  /**
   * Arms a descriptor, all or nothing.
   *
   * @return 0, the negative errno, or {@link #CLOSED}
   */
  int arm(int fd, long token, Interests interests) {
    if (!enter()) {
      return CLOSED;
    }
    try {
      int read = interests.isReadable() ? arm(fd, facts.read, token) : 0;
      int write = read == 0 && interests.isWritable() ? arm(fd, facts.write, token) : 0;
      if (write < 0 && interests.isReadable()) {
        deleteFilter(fd, facts.read);
      }
      return Math.min(read, write);
    } finally {
      leave();
    }
  }

  private int arm(int fd, int filter, long token) {
    int flags = facts.add | facts.enable | facts.oneshot;
    return KeventCall.apply(kqueue, fd, filter, flags, 0, token);
  }

  /** Tells the provider that a descriptor is about to be closed. */
  void forget(int fd) {
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
    if ((flags & facts.add) == 0) {
      return 0;
    }
    if (filter == facts.read) {
      return READ;
    }
    if (filter == facts.write) {
      return WRITE;
    }
    return filter == facts.timer ? TIMER : filter == facts.user ? USER : 0;
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
      deleteIf((knotes & READ) != 0, ident, facts.read);
      deleteIf((knotes & WRITE) != 0, ident, facts.write);
      deleteIf((knotes & TIMER) != 0, ident, facts.timer);
      deleteIf((knotes & USER) != 0, ident, facts.user);
      if (release) {
        kqueue.release((int) ident);
      }
    } finally {
      leave();
    }
  }

  private void deleteIf(boolean possiblyThere, long ident, int filter) {
    if (possiblyThere) {
      deleteFilter(ident, filter);
    }
  }

  private void deleteFilter(long ident, int filter) {
    int result = KeventCall.apply(kqueue, ident, filter, facts.delete, 0, 0);
    // ENOENT: there is none, or it was one-shot and has fired. EBADF: the descriptor was closed.
    if (result < 0 && result != -facts.enoent && result != -facts.ebadf) {
      String subject = facts.filterName(filter) + " EV_DELETE of " + ident;
      throw new UncheckedIOException(Failures.of(facts.platform, "kevent", subject, result));
    }
  }
}
