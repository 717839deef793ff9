package io.github.kqueueffm.abi;

/** What a kqueue does differently from system to system, and a platform file may state. */
public enum Trait {
  /** How another thread ends a wait: timer, user or pipe. */
  WAKEUP,

  /** Whether NOTE_LOWAT keeps EVFILT_READ silent about data, and about data only: true or false. */
  LOWAT
}
