package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.KqueueConstants;

/**
 * One filter of one descriptor: what the kernel holds and what is wanted. Emits the shortest
 * sequence of changes that leads from the one to the other.
 */
final class FilterState {
  /** More changes than this are never needed. */
  static final int MAX_CHANGES = 2;

  private Interest wanted = Interest.NONE;
  private Interest kernel = Interest.NONE;
  private boolean deleteSent;
  private boolean wasArmed;
  private boolean overruled;

  Interest wanted() {
    return wanted;
  }

  void want(Interest interest) {
    wanted = interest;
  }

  boolean isSettled() {
    return wanted == kernel && !overruled;
  }

  /** A change of EVFILT_WRITE has removed PEER_CLOSE from the kqueue; the next emit adds it. */
  void overruled() {
    overruled = kernel == Interest.PEER_CLOSE;
  }

  /** Whether the kernel holds a knote. */
  boolean isArmed() {
    return kernel != Interest.NONE;
  }

  /** Whether the kernel was ever asked for a knote. */
  boolean wasArmed() {
    return wasArmed;
  }

  /** The kernel holds no knote any more. */
  void forgotten() {
    kernel = Interest.NONE;
    deleteSent = false;
    overruled = false;
  }

  /**
   * Adds the missing changes to the list, which the next call must send.
   *
   * @param filter EVFILT_READ or EVFILT_WRITE
   * @return whether any are missing
   */
  boolean emit(
      Changes changes, KqueueConstants c, int filter, boolean lowat, long ident, long udata) {
    if (isSettled()) {
      return false;
    }
    overruled = false;
    // A re-ADD keeps the ONESHOT-ness of a knote on NetBSD and FreeBSD, so a DELETE comes first.
    // There is none for a knote that is gone: its ENOENT would end the wait.
    deleteSent = kernel != Interest.NONE;
    if (deleteSent) {
      changes.put(ident, filter, c.delete, 0, 0, udata);
    }
    if (wanted == Interest.ONE_SHOT) {
      changes.put(ident, filter, c.add | c.enable | c.oneshot, 0, 0, udata);
    } else if (wanted == Interest.PEER_CLOSE) {
      int fflags = lowat ? c.lowat : 0;
      long data = lowat ? KqueueConstants.NEVER_REACHED : 0;
      changes.put(ident, filter, c.add | c.clear, fflags, data, udata);
    }
    kernel = wanted;
    wasArmed |= isArmed();
    return true;
  }

  /**
   * Updates the state after an event.
   *
   * @return whether the event concerns the registration
   */
  boolean delivered(boolean eof) {
    if (kernel == Interest.PEER_CLOSE) {
      // Darwin clamps the low-water mark, and where it does not hold at all any data fires.
      return eof;
    }
    if (kernel == Interest.ONE_SHOT) {
      kernel = Interest.NONE;
      wanted = Interest.NONE;
    }
    return true;
  }

  /**
   * Updates the state after a change that failed.
   *
   * @return whether the failure concerns the registration
   */
  boolean failed(int errno, KqueueConstants c) {
    // A DELETE for a descriptor that was closed: EBADF on FreeBSD and NetBSD, ENOENT on Darwin. The
    // knote is gone, which was the purpose. With an ADD beside it an EBADF may be the ADD's alone,
    // which the registration must see; it does not see the second of the two.
    boolean added = kernel != Interest.NONE;
    if (deleteSent && (errno == c.enoent || errno == c.ebadf && !added)) {
      deleteSent = false;
      return false;
    }
    kernel = Interest.NONE;
    wanted = Interest.NONE;
    return true;
  }

  /**
   * {@return what is wanted, and before it what the kernel holds until the next wait if that
   * differs} May be asked from any thread.
   */
  @Override
  public String toString() {
    Interest now = overruled ? Interest.NONE : kernel;
    Interest next = wanted;
    return now == next ? next.toString() : now + " -> " + next;
  }
}
