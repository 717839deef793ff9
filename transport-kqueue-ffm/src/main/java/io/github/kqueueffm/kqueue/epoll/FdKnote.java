package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.kqueue.KqueueConstants;

/**
 * The EVFILT_READ or EVFILT_WRITE knote of a descriptor. After the knote is gone, the object keeps
 * what is known of it. Every change of a knote's state is a method of this class.
 */
final class FdKnote {
  /** How the knote is registered with epoll. */
  enum Kind {
    /** Level-triggered in the main epoll, one-shot knotes included. */
    LEVEL,
    /** EPOLLRDHUP in the main epoll, reported once. */
    PEER_CLOSE,
    /** EV_CLEAR: edge-triggered in a nested epoll. */
    EDGE
  }

  /** The EVFILT_WRITE knote of each descriptor that has never had one. It is never changed. */
  static final FdKnote NONE = new FdKnote(false);

  final boolean isRead;
  private boolean present;
  private boolean enabled;

  /** Whether a PEER_CLOSE knote was reported and has not been added again since. */
  private boolean spent;

  private boolean inEdges;
  private Kind kind = Kind.LEVEL;
  private int bits;

  /** EV_ONESHOT, EV_CLEAR, EV_DISPATCH and EV_RECEIPT as given when the knote was created. */
  private int flags;

  /** Kept after the knote is gone, see {@link #isConfirmed}. */
  private long udata;

  /**
   * Whether an epoll_ctl has succeeded since udata was set, which shows that the descriptor is the
   * same.
   */
  private boolean confirmed;

  FdKnote(boolean isRead) {
    this.isRead = isRead;
  }

  boolean isPresent() {
    return present;
  }

  /** {@return the bits that the main epoll has to report for this knote now} */
  int armedBits() {
    return present && enabled && !spent ? bits : 0;
  }

  /** Whether the nested epoll has to report this knote now. */
  boolean isArmedEdge() {
    return present && enabled && kind == Kind.EDGE;
  }

  /** Whether the nested epoll has this knote registered. */
  boolean isInEdges() {
    return inEdges;
  }

  int flags() {
    return flags;
  }

  long udata() {
    return udata;
  }

  /** Whether epoll has confirmed the descriptor since the knote got that udata. */
  boolean isConfirmed(long udata) {
    return confirmed && this.udata == udata;
  }

  /** Whether a kqueue answers EINVAL to a change, which is not EV_DELETE. */
  boolean refuses(KqueueConstants c, int flags, int fflags, long data) {
    boolean lowat = isLowat(c, flags, fflags);
    boolean forPeerClose =
        isRead && (lasting(c, flags) & c.clear) != 0 && data >= KqueueConstants.NEVER_REACHED;
    return c.isContradiction(flags) || lowat && !forPeerClose;
  }

  /** {@return the kind of the knote after a change} */
  Kind kindAfter(KqueueConstants c, int flags, int fflags) {
    boolean adds = (flags & c.add) != 0;
    if (isLowat(c, flags, fflags) || !adds && kind == Kind.PEER_CLOSE) {
      return Kind.PEER_CLOSE;
    }
    // A one-shot knote is gone after its report, so EV_CLEAR does not matter.
    boolean clear = (lasting(c, flags) & (c.clear | c.oneshot)) == c.clear;
    return clear ? Kind.EDGE : Kind.LEVEL;
  }

  /** Whether the knote is enabled after a change. */
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
   * @param bits the bits that the main epoll has to wait for while the knote is armed
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

  /** Records that an event has reported the knote. */
  void delivered(KqueueConstants c) {
    if ((flags & c.oneshot) != 0) {
      present = false;
    } else if ((flags & c.dispatch) != 0) {
      enabled = false;
    }
    spent = kind == Kind.PEER_CLOSE;
  }

  /** Deletes the knote, for EV_DELETE or because epoll has refused the descriptor. */
  void delete() {
    present = false;
  }

  /** Resets the state to that of a descriptor that was just opened. */
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
