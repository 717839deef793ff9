package io.github.kqueueffm.kqueue;

/** A knote of EVFILT_TIMER or EVFILT_USER, whose ident is the caller's own number. */
final class IdentKnote {
  long ident;
  int filter;

  /** EV_ONESHOT, EV_CLEAR, EV_DISPATCH and EV_RECEIPT of its creation. */
  int flags;

  int fflags;

  /** Of a user's knote the data of the last change, of a timer how often it has expired. */
  long data;

  long udata;
  boolean enabled;

  /** Whether there is something to report, once it is enabled. */
  boolean active;

  /** Place in the queue of those to report. */
  boolean queued;

  IdentKnote previous;
  IdentKnote next;

  /** When a timer expires, by {@link System#nanoTime()}, and every how many nanoseconds. */
  long deadline;

  long period;

  /** Index among the running timers, or -1. */
  int heapIndex = -1;
}
