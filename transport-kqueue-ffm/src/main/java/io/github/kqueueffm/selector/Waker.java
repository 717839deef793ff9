package io.github.kqueueffm.selector;

import java.util.function.BooleanSupplier;

/**
 * The sleep of a loop and its end: who wakes it does so with one system call per sleep, and none
 * while it is awake.
 */
final class Waker {
  private final SleepState sleep = new SleepState();
  private final Wakeup wakeup;
  private final Gate gate;
  private final int filter;
  private final long ident;
  private volatile boolean ended;

  Waker(Wakeup wakeup, Gate gate) {
    this.wakeup = wakeup;
    this.gate = gate;
    filter = wakeup.filter();
    ident = wakeup.ident();
  }

  /** The loop: whether an event is the wakeup's. */
  boolean isWakeup(int filter, long ident) {
    return filter == this.filter && ident == this.ident;
  }

  /** The loop: has met the wakeup's event; 0 or more, or the negative errno. */
  int consumed() {
    return wakeup.consumed();
  }

  /**
   * The loop: publishes that it goes to sleep, and then looks for a reason not to.
   *
   * @param maySleep whether there is no other work; {@code null} if a notification tells
   * @return whether it may; if so {@link #awake()} has to follow
   */
  boolean fallAsleep(BooleanSupplier maySleep) {
    boolean granted = false;
    try {
      if (maySleep == null) {
        granted = sleep.tryFallAsleep() && !ended;
      } else {
        // What was notified while awake is what maySleep looks for.
        sleep.fallAsleep();
        granted = !ended && maySleep.getAsBoolean();
      }
    } finally {
      if (!granted) {
        sleep.awake();
      }
    }
    return granted;
  }

  /** The loop: is awake again; whether it was notified. */
  boolean awake() {
    return sleep.awake();
  }

  /**
   * Any thread: ends the sleep, or leaves a notification.
   *
   * @return 0 or more, or the negative errno
   */
  int wakeup() {
    if (!sleep.notifyLoop() || !gate.enter()) {
      return 0;
    }
    try {
      int result = wakeup.trigger();
      if (result < 0) {
        sleep.notNotified();
      }
      return result;
    } finally {
      gate.leave();
    }
  }

  /**
   * Any thread that is inside the gate: ends a sleep, and leaves no notification.
   *
   * @return 0 or more, or the negative errno
   */
  int interrupt() {
    return sleep.isAsleep() ? wakeup.trigger() : 0;
  }

  /** Any thread: there is no sleep from now on; one that is under way needs a wakeup. */
  void endSleeps() {
    ended = true;
  }

  /** Waits until nobody uses the kqueue any more; the gate is closed. */
  void awaitQuiet() {
    if (!gate.isEmpty()) {
      // Whatever the state: who has just notified the loop may have found the gate closed. A
      // failure
      // leaves the loop to wake by itself, and is waited for.
      wakeup.trigger();
      gate.awaitEmpty();
    }
  }

  void close() {
    wakeup.close();
  }
}
