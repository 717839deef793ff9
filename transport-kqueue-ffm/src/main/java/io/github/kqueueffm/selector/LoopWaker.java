package io.github.kqueueffm.selector;

import io.github.kqueueffm.selector.LoopCounts.Count;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The sleep of a loop and its end, and the gate in front of its kqueue.
 *
 * <p>A wakeup costs one system call per sleep, and none while the loop is awake. A thread that has
 * work for the loop publishes the work first and notifies after; the loop publishes its sleep first
 * and looks for work after. So one of the two always sees the other.
 *
 * <p>The gate keeps every thread away from a kqueue that is closed, whose descriptor's number may
 * be another file's by then. A thread that uses the kqueue enters and leaves; the one that closes
 * it waits until all have left.
 */
final class LoopWaker {
  private static final int AWAKE = 0;
  private static final int ASLEEP = 1;
  private static final int NOTIFIED = 2;

  private static final int CLOSED = Integer.MIN_VALUE;
  private static final long PATIENCE_NANOS = 20_000;

  private final Wakeup wakeup;
  private final LoopCounts counts;
  private final AtomicInteger state = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();
  private volatile boolean ended;

  LoopWaker(Wakeup wakeup, LoopCounts counts) {
    this.wakeup = wakeup;
    this.counts = counts;
  }

  Wakeup.Kind kind() {
    return wakeup.kind();
  }

  /** The loop: whether an event is the wakeup's. */
  boolean isWakeup(int filter, long ident) {
    return wakeup.isEvent(filter, ident);
  }

  /** The loop: consumes an event of the wakeup; 0 or more, or the negative errno. */
  int consumed(int filter, long ident) {
    return wakeup.consumed(filter, ident);
  }

  /**
   * The loop: publishes that it is about to sleep, and then looks for a reason not to.
   *
   * @param maySleep returns whether the loop has nothing else to do; {@code null} if only a
   *     notification keeps the loop awake
   * @return whether the loop may sleep; if so, {@link #awake()} must follow
   */
  boolean fallAsleep(BooleanSupplier maySleep) {
    if (maySleep == null) {
      if (!state.compareAndSet(AWAKE, ASLEEP)) {
        // Whatever it is: a wakeup that failed may have left ASLEEP to a loop that is awake.
        if (state.getAndSet(AWAKE) == NOTIFIED) {
          counts.increment(Count.WAKEUPS_SAVED);
        }
        return false;
      }
    } else if (state.getAndSet(ASLEEP) == NOTIFIED) {
      // What was notified while awake is what maySleep looks for.
      counts.increment(Count.WAKEUPS_SAVED);
    }
    boolean granted = false;
    try {
      granted = !ended && (maySleep == null || maySleep.getAsBoolean());
    } finally {
      if (!granted) {
        awake();
      }
    }
    return granted;
  }

  /** The loop: is awake again; whether it was notified. */
  boolean awake() {
    boolean notified = state.getAndSet(AWAKE) == NOTIFIED;
    if (notified) {
      counts.increment(Count.WAKEUPS_SENT);
    }
    return notified;
  }

  /** The loop: does not sleep this time, and takes the notification that it got while awake. */
  void stayAwake() {
    if (state.get() == NOTIFIED) {
      // No lazySet: whoever still sees NOTIFIED has to be seen by the loop's next look for work.
      state.set(AWAKE);
      counts.increment(Count.WAKEUPS_SAVED);
    }
  }

  /**
   * Any thread: ends the sleep, or leaves a notification.
   *
   * @return 0 without a system call, more than 0 after one, or the negative errno
   */
  int wakeup() {
    boolean sleeps = state.get() != NOTIFIED && state.getAndSet(NOTIFIED) == ASLEEP;
    if (!sleeps || !enter()) {
      return 0;
    }
    try {
      int result = wakeup.trigger();
      if (result < 0) {
        // So that the next one tries again.
        state.compareAndSet(NOTIFIED, ASLEEP);
        return result;
      }
      return Math.max(result, 1);
    } finally {
      leave();
    }
  }

  /**
   * Any thread that has entered: ends a sleep, and leaves no notification.
   *
   * @return 0 or more, or the negative errno
   */
  int interrupt() {
    return state.get() == ASLEEP ? wakeup.trigger() : 0;
  }

  /** Any thread: prevents further sleeps; a wakeup ends one that is under way. */
  void endSleeps() {
    ended = true;
  }

  /** Whether the caller may use the kqueue; if so, it must {@link #leave()} after that. */
  boolean enter() {
    if (inside.incrementAndGet() < 0) {
      inside.decrementAndGet();
      return false;
    }
    return true;
  }

  void leave() {
    inside.decrementAndGet();
  }

  /** {@return what the loop does, for people} Any thread may ask. */
  String describe() {
    if (isClosed()) {
      return "closed";
    }
    return switch (state.get()) {
      case ASLEEP -> "asleep";
      case NOTIFIED -> "notified";
      default -> "awake";
    };
  }

  boolean isClosed() {
    return inside.get() < 0;
  }

  /**
   * Lets no thread enter any more, and waits until all have left.
   *
   * @return whether this call did it
   */
  boolean close() {
    if (inside.getAndUpdate(count -> count | CLOSED) < 0) {
      return false;
    }
    if (inside.get() != CLOSED) {
      // Whatever the state: a thread that has just notified the loop may have found the gate
      // closed. After a failure the loop wakes by itself, and is waited for.
      wakeup.trigger();
      awaitEmpty();
    }
    return true;
  }

  private void awaitEmpty() {
    // With the flag set a thread does not park.
    boolean interrupted = Thread.interrupted();
    while (inside.get() != CLOSED) {
      LockSupport.parkNanos(this, PATIENCE_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Frees the wakeup, once the gate is closed; the kqueue is still open. */
  void free() {
    wakeup.close();
  }
}
