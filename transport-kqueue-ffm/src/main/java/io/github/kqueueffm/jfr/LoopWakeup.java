package io.github.kqueueffm.jfr;

/** A wakeup that is recorded if it needs a system call. On the thread that wakes the loop up. */
public interface LoopWakeup {
  /**
   * The system call has returned.
   *
   * @param loop the loop's thread, or {@code null} if it is not known
   * @param kind timer, user or pipe
   */
  void sent(Thread loop, String kind);
}
