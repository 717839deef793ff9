package io.github.kqueueffm.kqueue;

/** The EVFILT_READ or EVFILT_WRITE knote of a descriptor, or what is remembered of the last one. */
final class Knote {
  /** How the knote is kept in epoll. */
  enum Kind {
    /** Level-triggered in the main epoll; one-shots too. */
    LEVEL,
    /** EPOLLRDHUP in the main epoll, reported once. */
    SENTINEL,
    /** EV_CLEAR: edge-triggered in a nested epoll. */
    EDGE
  }

  final boolean isRead;

  /** Whether there is one. */
  boolean present;

  boolean enabled;

  /** Of a sentinel: reported, and not added again since. */
  boolean spent;

  /** Whether the nested epoll has it. */
  boolean inEdges;

  Kind kind = Kind.LEVEL;

  /** What the main epoll has to wait for when the knote is armed. */
  int bits;

  /** EV_ONESHOT, EV_CLEAR, EV_DISPATCH and EV_RECEIPT of its creation. */
  int flags;

  /** Kept when the knote goes, see {@link #confirmed}. */
  long udata;

  /** Whether an epoll_ctl went well since udata was set, so that the descriptor is the same. */
  boolean confirmed;

  Knote(boolean isRead) {
    this.isRead = isRead;
  }

  /** What the main epoll has to report of it now. */
  int armedBits() {
    return present && enabled && !spent ? bits : 0;
  }

  boolean isSentinel() {
    return kind == Kind.SENTINEL;
  }

  void reset() {
    present = false;
    enabled = false;
    spent = false;
    inEdges = false;
    kind = Kind.LEVEL;
    bits = 0;
    flags = 0;
    udata = 0;
    confirmed = false;
  }
}
