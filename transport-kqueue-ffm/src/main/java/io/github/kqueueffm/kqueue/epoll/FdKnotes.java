package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.kqueue.KqueueConstants;

/**
 * Applies changes of EVFILT_READ and EVFILT_WRITE to the knotes and to the epolls.
 *
 * <p>The kqueue's lock guards it, as it guards the knotes and the epolls.
 */
final class FdKnotes {
  private final KqueueConstants c;
  private final EpollConstants e;
  private final FdTable table;
  private final MainEpoll main;
  private final EdgeEpoll readEdges;
  private final EdgeEpoll writeEdges;

  FdKnotes(
      KqueueConstants kqueueConstants,
      EpollConstants epollConstants,
      FdTable table,
      MainEpoll main,
      EdgeEpoll readEdges,
      EdgeEpoll writeEdges) {
    this.c = kqueueConstants;
    this.e = epollConstants;
    this.table = table;
    this.main = main;
    this.readEdges = readEdges;
    this.writeEdges = writeEdges;
  }

  /** {@return 0 or the negative errno} */
  int apply(boolean read, long ident, int flags, int fflags, long data, long udata) {
    if (ident < 0 || ident > Integer.MAX_VALUE) {
      return -c.ebadf;
    }
    boolean adds = (flags & (c.add | c.delete)) == c.add;
    Fd fd = adds ? table.findOrCreate((int) ident) : table.find((int) ident);
    if (fd == null || fd.own) {
      return adds ? -c.ebadf : -c.enoent;
    }
    FdKnote knote = adds ? fd.changing(read) : fd.knote(read);
    if (!adds && !knote.isPresent()) {
      return -c.enoent;
    }
    if ((flags & c.delete) != 0) {
      knote.delete();
      disarmIdle(fd, knote);
      return 0;
    }
    return set(fd, knote, flags, fflags, data, udata);
  }

  private int set(Fd fd, FdKnote knote, int flags, int fflags, long data, long udata) {
    if (knote.refuses(c, flags, fflags, data)) {
      return -c.einval;
    }
    FdKnote.Kind kind = knote.kindAfter(c, flags, fflags);
    boolean known = fd.registered || knote.isInEdges();
    int result = place(fd, knote, kind, knote.enabledAfter(c, flags), udata);
    if (known && e.isGone(result)) {
      // The descriptor was closed without forget. Its number is free, or belongs to another
      // descriptor, which has no knotes yet.
      boolean adds = (flags & c.add) != 0;
      return adds ? set(fd, knote, flags, fflags, data, udata) : -c.enoent;
    }
    if (result < 0) {
      return result;
    }
    knote.change(c, flags, fflags, udata, main.bits(knote.isRead, kind), fd.registered);
    disarmIdle(fd, knote);
    return 0;
  }

  private int place(Fd fd, FdKnote knote, FdKnote.Kind kind, boolean enabled, long udata) {
    boolean edge = kind == FdKnote.Kind.EDGE;
    // A disabled knote is registered too, so that a bad descriptor is answered with its error.
    if (fd.registered || !edge || !enabled && !knote.isPresent()) {
      int need = enabled ? main.bits(knote.isRead, kind) : 0;
      int result = main.register(fd, need, knote.isConfirmed(udata));
      if (result < 0) {
        return result;
      }
    }
    return edge && enabled ? edges(knote.isRead).arm(fd, knote) : 0;
  }

  /**
   * Takes a disarmed knote out of the nested epoll. In the main epoll EPOLLOUT is cleared before
   * the next wait, and EPOLLIN after a report for which no knote is armed.
   */
  private void disarmIdle(Fd fd, FdKnote knote) {
    if (!knote.isArmedEdge()) {
      edges(knote.isRead).disarm(fd, knote);
    }
    if (!knote.isRead && knote.armedBits() == 0) {
      main.writeDisarmed(fd);
    }
  }

  private EdgeEpoll edges(boolean read) {
    return read ? readEdges : writeEdges;
  }

  /** Takes the descriptor out of all epolls. Never fails, because a close follows. */
  void forget(int number) {
    Fd fd = table.find(number);
    if (fd != null) {
      readEdges.disarm(fd, fd.read);
      writeEdges.disarm(fd, fd.write());
      main.forget(fd);
    }
  }

  /**
   * Takes a descriptor without knotes out of the main epoll, which may still have it to save a
   * system call.
   */
  void release(int number) {
    Fd fd = table.find(number);
    if (fd != null && fd.registered && !fd.read.isPresent() && !fd.write().isPresent()) {
      forget(number);
    }
  }
}
