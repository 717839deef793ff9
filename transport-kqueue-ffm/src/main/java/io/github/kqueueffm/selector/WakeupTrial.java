package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Compares the triggers of one wakeup on one kqueue with its events, and says when they contradict
 * each other. {@link #trigger} is called by any thread, all else by the loop's.
 *
 * <p>A wakeup lies in one of these ways:
 *
 * <ul>
 *   <li>It is missed: a trigger's call had returned, no event has come since it began, and a look
 *       at the kqueue that began after that shows none either.
 *   <li>It comes without a trigger, or repeats: there have been more events than triggers begun.
 *       One trigger makes one event at most; several can share one.
 *   <li>It is refused: a trigger's call fails, and not for lack of memory.
 * </ul>
 *
 * <p>It is proven when an event has come for a trigger and the kqueue has then shown no other one
 * for 25 ms.
 */
final class WakeupTrial {
  /**
   * The longest wait before the wakeup is proven. A timer that repeats does so in this time, even
   * in ticks of 10 ms.
   */
  static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  private final Wakeup wakeup;
  private final Kernel kernel;
  private final Platform platform;
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger returned = new AtomicInteger();
  private volatile int refusal;
  private volatile boolean ended;

  /** How many events have come. */
  private int events;

  /** How many triggers had begun when the last event came: their work was left before. */
  private int begunAtEvent;

  private long eventNanos;
  private long lookNanos;
  private boolean waitedInFull;
  private boolean timedOut;
  private boolean suspect;
  private String lie;

  WakeupTrial(Wakeup wakeup, Kernel kernel) {
    this.wakeup = wakeup;
    this.kernel = kernel;
    platform = kernel.platform();
  }

  Wakeup wakeup() {
    return wakeup;
  }

  /** No more is counted. */
  void end() {
    ended = true;
  }

  /** Any thread: triggers the wakeup; 0 or more, or the negative errno. */
  int trigger() {
    if (ended) {
      return wakeup.trigger();
    }
    begun.incrementAndGet();
    int result = wakeup.trigger();
    if (result >= 0) {
      returned.incrementAndGet();
      return result;
    }
    begun.decrementAndGet();
    if (Failures.isPassing(platform, result)) {
      return result;
    }
    // The loop's wait is short, and its end hands over.
    refusal = result;
    return 0;
  }

  /** A turn begins. */
  void turn() {
    lookNanos = events == 0 ? 0 : kernel.nanoTime();
    waitedInFull = false;
    timedOut = false;
    suspect = false;
  }

  /** How long to wait at most in place of that time; a negative number stands for ever. */
  long limit(long nanos) {
    boolean shorter = nanos >= 0 && nanos < QUIET_NANOS;
    waitedInFull = !shorter;
    return shorter ? nanos : QUIET_NANOS;
  }

  /**
   * The wait has ended with its time.
   *
   * @return whether to look again without waiting: a trigger has not shown. On a slow machine it
   *     may have come with the end of the time.
   */
  boolean timedOut() {
    timedOut = true;
    suspect = returned.get() > begunAtEvent;
    return suspect;
  }

  /** An event has come. */
  void event() {
    suspect = false;
    timedOut = false;
    if (begun.get() <= events) {
      lie = events == 0 ? "it fires without a trigger" : "it fires again without a trigger";
      return;
    }
    events++;
    begunAtEvent = begun.get();
    eventNanos = kernel.nanoTime();
  }

  /**
   * The turn has looked at the kqueue.
   *
   * @param complete whether there was room for further events
   * @return how the wakeup has lied, or {@code null} if it has not
   */
  String lie(boolean complete) {
    if (refusal != 0) {
      return "it is refused with " + Failures.text(platform, refusal);
    }
    if (suspect && complete) {
      return "it does not fire";
    }
    return lie;
  }

  /** Whether the wakeup is proven, if the look was complete and has shown no lie. */
  boolean isProven() {
    return events > 0
        && (waitedInFull && timedOut || lookNanos != 0 && lookNanos - eventNanos >= QUIET_NANOS);
  }
}
