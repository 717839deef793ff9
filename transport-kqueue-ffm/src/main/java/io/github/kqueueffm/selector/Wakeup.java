package io.github.kqueueffm.selector;

/** One way to end another thread's wait, and to tell its event from the users'. */
interface Wakeup {

  /** The filter of its event. */
  int filter();

  /** The ident of its event. */
  long ident();

  /**
   * Ends the wait that is under way, or the next one. From any thread that is inside the gate; one
   * system call.
   *
   * @return 0 or more, or the negative errno
   */
  int trigger();

  /**
   * Takes notice of its event, so that it does not come again. On the loop's thread.
   *
   * @return 0 or more, or the negative errno
   */
  int consumed();

  /** Frees what it holds, when nobody waits or triggers any more; the kqueue is still open. */
  void close();
}
