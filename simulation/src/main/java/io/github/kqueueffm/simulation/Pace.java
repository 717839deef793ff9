package io.github.kqueueffm.simulation;

/**
 * The time of a simulated system, and the turns of the threads that call it. All methods but {@link
 * #nanoTime} are called with the system's lock held.
 */
interface Pace {
  /** {@return the time in nanoseconds} May be called without the lock. */
  long nanoTime();

  /**
   * A thread has entered the kernel. It may have to wait for its turn here.
   *
   * @param mayYield whether another thread may go on first; not if the caller holds a lock for
   *     which that one would wait outside the kernel
   */
  void enter(boolean mayYield);

  /**
   * Gives the lock up until the queue is woken or the time has come. It may return for no reason.
   *
   * @param deadline a time of {@link #nanoTime()}, or {@link Long#MAX_VALUE} to wait for ever
   */
  void sleep(WaitQueue queue, long deadline);

  /** The agenda has a new first entry, whose time may be before the end of a sleep. */
  void rescheduled();

  /** Ends the sleeps of all threads in the queue. */
  void wake(WaitQueue queue);
}
