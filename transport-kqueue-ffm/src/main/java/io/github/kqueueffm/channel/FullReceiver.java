package io.github.kqueueffm.channel;

import java.util.concurrent.TimeUnit;

/**
 * How long a local datagram channel waits for a receiver that is full. It waits by a timer: no
 * kernel but Linux reports when a receiver has room again, and Linux only to a sender that is
 * connected to it. The loop's thread only.
 */
final class FullReceiver {
  static final long PATIENCE_SECONDS = 10;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
  private static final long FIRST_DELAY_MILLIS = 5;
  private static final long LONGEST_DELAY_MILLIS = 100;

  /** The receiver has been full for too long. */
  static final long TOO_LONG = -1;

  /** The wait that goes on, by identity: one that a former loop has left behind is another. */
  private Object wait;

  private long since;

  /** 0 before the first refusal of a datagram. */
  private long delayMillis;

  /**
   * A datagram was refused.
   *
   * @param now nanoseconds
   * @return the milliseconds to wait before the next try, or {@link #TOO_LONG}
   */
  long refused(long now) {
    if (delayMillis == 0) {
      since = now;
      delayMillis = FIRST_DELAY_MILLIS;
    } else if (now - since >= PATIENCE_NANOS) {
      return TOO_LONG;
    } else {
      delayMillis = Math.min(2 * delayMillis, LONGEST_DELAY_MILLIS);
    }
    return delayMillis;
  }

  /** Begins to wait; the answer ends this wait and no other. */
  Object begin() {
    wait = new Object();
    return wait;
  }

  /** {@return whether it ended the wait, so that the next try is due} */
  boolean end(Object ended) {
    if (wait != ended) {
      return false;
    }
    wait = null;
    return true;
  }

  /** Whether a wait goes on, before whose end there is nothing to try. */
  boolean isAwaited() {
    return wait != null;
  }

  /** The next refusal begins a new wait. */
  void reset() {
    wait = null;
    delayMillis = 0;
  }
}
