package io.github.kqueueffm.selector;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the loop sleeps, so that a wakeup costs a system call only then, and once.
 *
 * <p>A thread that has work for the loop publishes the work first and notifies after; the loop
 * publishes its sleep first and looks for work after. So one of the two always sees the other.
 */
final class SleepState {
  private static final int AWAKE = 0;
  private static final int ASLEEP = 1;
  private static final int NOTIFIED = 2;

  private final AtomicInteger state = new AtomicInteger();

  /**
   * Any thread: leaves a notification.
   *
   * @return whether the caller has to wake the loop
   */
  boolean notifyLoop() {
    return state.get() != NOTIFIED && state.getAndSet(NOTIFIED) == ASLEEP;
  }

  /** Any thread: whether the loop sleeps and nobody has notified it. */
  boolean isAsleep() {
    return state.get() == ASLEEP;
  }

  /** Undoes a notification whose wakeup failed, so that the next one tries again. */
  void notNotified() {
    state.compareAndSet(NOTIFIED, ASLEEP);
  }

  /** The loop: publishes that it goes to sleep, whatever was notified while it was awake. */
  void fallAsleep() {
    state.set(ASLEEP);
  }

  /** The loop: the same, unless there is a notification. */
  boolean tryFallAsleep() {
    return state.compareAndSet(AWAKE, ASLEEP);
  }

  /**
   * The loop: is awake again.
   *
   * @return whether there was a notification
   */
  boolean awake() {
    return state.getAndSet(AWAKE) == NOTIFIED;
  }
}
