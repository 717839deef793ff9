package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.kqueue.KqueueConstants;

/**
 * The EVFILT_READ or EVFILT_WRITE knote of a descriptor, or what is remembered of the last one.
 * Every change of a knote's state is a method of this class.
 */
final class FdKnote {
  /** How epoll holds the knote. */
  enum Kind {
    /** Level-triggered in the main epoll; one-shots too. */
    LEVEL,
    /** EPOLLRDHUP in the main epoll, reported once. */
    PEER_CLOSE,
    /** EV_CLEAR: edge-triggered in a nested epoll. */
    EDGE
  }

  final boolean isRead;
  private boolean present;
  private boolean enabled;

  /** Of PEER_CLOSE: reported, and not added again since. */
  private boolean spent;

  private boolean inEdges;
  private Kind kind = Kind.LEVEL;
  private int bits;

  /** EV_ONESHOT, EV_CLEAR, EV_DISPATCH and EV_RECEIPT of its creation. */
  private int flags;

  /** Kept when the knote goes, see {@link #isConfirmed}. */
  private long udata;

  /** Whether an epoll_ctl has succeeded since udata was set, so that the descriptor is the same. */
  private boolean confirmed;

  FdKnote(boolean isRead) {
    this.isRead = isRead;
  }

  boolean isPresent() {
    return present;
  }

  /** What the main epoll has to report of it now. */
  int armedBits() {
    return present && enabled && !spent ? bits : 0;
  }

  /** Whether the nested epoll has to report it now. */
  boolean isArmedEdge() {
    return present && enabled && kind == Kind.EDGE;
  }

  /** Whether the nested epoll has it. */
  boolean isInEdges() {
    return inEdges;
  }

  int flags() {
    return flags;
  }

  long udata() {
    return udata;
  }

  /** Whether epoll has confirmed the descriptor since the knote was given that udata. */
  boolean isConfirmed(long udata) {
    return confirmed && this.udata == udata;
  }

  /** Whether a change other than EV_DELETE is one that a kqueue answers EINVAL to. */
  boolean refuses(KqueueConstants c, int flags, int fflags, long data) {
    boolean lowat = isLowat(c, flags, fflags);
    boolean forPeerClose =
        isRead && (lasting(c, flags) & c.clear) != 0 && data >= KqueueConstants.NEVER_REACHED;
    return c.isContradiction(flags) || lowat && !forPeerClose;
  }

  /** What the knote is after such a change. */
  Kind kindAfter(KqueueConstants c, int flags, int fflags) {
    boolean adds = (flags & c.add) != 0;
    if (isLowat(c, flags, fflags) || !adds && kind == Kind.PEER_CLOSE) {
      return Kind.PEER_CLOSE;
    }
    // A one-shot is gone once it was reported, so EV_CLEAR changes nothing.
    boolean clear = (lasting(c, flags) & (c.clear | c.oneshot)) == c.clear;
    return clear ? Kind.EDGE : Kind.LEVEL;
  }

  /** Whether the knote is enabled after such a change. */
  boolean enabledAfter(KqueueConstants c, int flags) {
    if (!present) {
      return (flags & c.disable) == 0;
    }
    return (flags & c.enable) != 0 || enabled && (flags & c.disable) == 0;
  }

  private static boolean isLowat(KqueueConstants c, int flags, int fflags) {
    return (flags & c.add) != 0 && (fflags & c.lowat) != 0;
  }

  /** As on the BSDs, an existing knote keeps its flags. */
  private int lasting(KqueueConstants c, int flags) {
    return present ? this.flags : flags & c.lasting;
  }

  /**
   * Applies a change that epoll has accepted.
   *
   * @param bits what the main epoll has to wait for when the knote is armed
   * @param confirms whether epoll has confirmed the descriptor
   */
  void change(KqueueConstants c, int flags, int fflags, long udata, int bits, boolean confirms) {
    Kind newKind = kindAfter(c, flags, fflags);
    enabled = enabledAfter(c, flags);
    this.flags = lasting(c, flags);
    kind = newKind;
    present = true;
    spent &= (flags & c.add) == 0;
    this.bits = bits;
    this.udata = udata;
    confirmed |= confirms;
  }

  void enteredEdges(boolean succeeded) {
    inEdges = succeeded;
  }

  void leftEdges() {
    inEdges = false;
  }

  /** Has been reported by an event. */
  void delivered(KqueueConstants c) {
    if ((flags & c.oneshot) != 0) {
      present = false;
    } else if ((flags & c.dispatch) != 0) {
      enabled = false;
    }
    spent = kind == Kind.PEER_CLOSE;
  }

  /** By EV_DELETE, or because epoll has refused the descriptor. */
  void delete() {
    present = false;
  }

  /** Forgets all, as for a descriptor that has just been opened. */
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
