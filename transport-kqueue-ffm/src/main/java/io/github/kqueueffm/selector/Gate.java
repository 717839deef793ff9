package io.github.kqueueffm.selector;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps every thread away from a kqueue that is closed: its descriptor's number may belong to
 * somebody else by then. Who wants to use the kqueue enters and leaves; who closes it waits until
 * all have left.
 */
final class Gate {
  private static final int CLOSED = Integer.MIN_VALUE;
  private static final long PATIENCE_NANOS = 20_000;

  private final AtomicInteger inside = new AtomicInteger();

  /** Whether the caller may use the kqueue, and then has to {@link #leave()}. */
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

  boolean isClosed() {
    return inside.get() < 0;
  }

  /**
   * Lets nobody in any more.
   *
   * @return whether this call did it
   */
  boolean close() {
    return inside.getAndUpdate(count -> count | CLOSED) >= 0;
  }

  /** Whether it is closed and all who entered have left. */
  boolean isEmpty() {
    return inside.get() == CLOSED;
  }

  /** Waits, without an end to it, until it {@link #isEmpty()}. */
  void awaitEmpty() {
    // With the flag set a thread does not park.
    boolean interrupted = Thread.interrupted();
    while (!isEmpty()) {
      LockSupport.parkNanos(this, PATIENCE_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
