package io.github.kqueueffm.jfr;

/** A turn of a loop that is recorded. On the loop's thread. */
public interface LoopTurn {
  /** The events have been handled, which took that long; the tasks are next. */
  void handled(long nanos);

  /** The loop is about to select again, or ends. */
  void ended();
}
