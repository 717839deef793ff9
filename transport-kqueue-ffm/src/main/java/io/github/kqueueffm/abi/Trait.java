package io.github.kqueueffm.abi;

/** A behaviour of kqueue that differs between systems. A platform file may state it. */
public enum Trait {
  /** The means by which another thread ends a wait: timer, user or pipe. */
  WAKEUP,

  /** Whether NOTE_LOWAT keeps EVFILT_READ from reporting data, and only data: true or false. */
  LOWAT,

  /** Whether the data of EVFILT_READ counts the bytes of UDP datagrams and nothing else: exact. */
  DATAGRAM_DATA
}
