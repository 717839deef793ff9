package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.kqueue.EventArray;
import io.github.kqueueffm.kqueue.KqueueConstants;

/** Turns reports of epoll into events of knotes. */
final class EventDelivery {
  /**
   * One late report of a descriptor that another thread has closed is normal. So many turns with
   * late reports in a row are not, and the epoll is rebuilt.
   */
  private static final int STALE_TURNS = 3;

  private final KqueueConstants c;
  private final EpollConstants e;
  private final FdTable table;
  private final MainEpoll main;
  private final EdgeEpoll readEdges;
  private final EdgeEpoll writeEdges;
  private final SocketDetails details;
  private final EventArray out;
  private int staleTurns;
  private boolean stale;
  private boolean eventFdReported;
  private int failure;
  private int left;

  EventDelivery(
      KqueueConstants kqueueConstants,
      EpollConstants epollConstants,
      FdTable table,
      MainEpoll main,
      EdgeEpoll readEdges,
      EdgeEpoll writeEdges,
      SocketDetails details,
      EventArray out) {
    this.c = kqueueConstants;
    this.e = epollConstants;
    this.table = table;
    this.main = main;
    this.readEdges = readEdges;
    this.writeEdges = writeEdges;
    this.details = details;
    this.out = out;
  }

  /**
   * Turns reports of the main epoll into events. There has to be room for one event per report. A
   * second event of a report that finds no room is reported again by the next wait.
   *
   * @return 0 or the negative errno of an epoll_ctl
   */
  int deliver(EpollEvents reports, int count) {
    failure = 0;
    stale = false;
    eventFdReported = false;
    for (int i = 0; i < count; i++) {
      left = count - 1 - i;
      long token = reports.token(i);
      if (token >= 0) {
        deliver(token, reports.mask(i));
      } else if (token == Epoll.READ_EDGES) {
        deliverEdges(readEdges, true);
      } else if (token == Epoll.WRITE_EDGES) {
        deliverEdges(writeEdges, false);
      } else {
        eventFdReported |= token == Epoll.EVENTFD;
      }
    }
    repairStale();
    return failure;
  }

  /** Whether the last reports contained the edge of the eventfd. */
  boolean wasEventFdReported() {
    return eventFdReported;
  }

  private void repairStale() {
    if (!stale) {
      staleTurns = 0;
    } else if (++staleTurns >= STALE_TURNS) {
      staleTurns = 0;
      failed(main.rebuild());
    }
  }

  private void failed(int result) {
    failure = Math.min(failure, result);
  }

  private void deliver(long token, int reported) {
    Fd fd = table.findByToken(token);
    if (fd == null || !fd.registered) {
      stale = true;
      return;
    }
    int read = fd.read.armedBits();
    int write = fd.write().armedBits();
    int wanted = read | write;
    if (wanted == 0 && (reported & e.hangUp) != 0) {
      // EPOLLHUP and EPOLLERR cannot be masked.
      main.remove(fd);
      return;
    }
    int surplus = reported & fd.mask & ~wanted;
    if (surplus != 0) {
      int result = main.reduce(fd, surplus);
      if (result < 0) {
        fail(fd, -result);
      }
      if (result < 0 || !fd.registered) {
        return;
      }
    }
    boolean readReady = read != 0 && (reported & (read | e.hangUp)) != 0;
    boolean writeReady = write != 0 && (reported & (write | e.hangUp)) != 0;
    if (readReady && writeReady) {
      deliverBoth(fd, reported);
    } else if (readReady || writeReady) {
      deliver(fd, fd.knote(readReady), reported);
    }
  }

  /**
   * Handles a mask that could not be reduced, so that the main epoll continues to report bits that
   * are not armed. Each report fails one armed knote, because it has room for one event. When no
   * armed knote is left the descriptor is removed.
   */
  private void fail(Fd fd, int errno) {
    FdKnote knote = fd.knote(fd.read.armedBits() != 0);
    if (knote.armedBits() == 0) {
      main.remove(fd);
      return;
    }
    knote.delete();
    out.putError(fd.number, knote.isRead ? c.read : c.write, 0, knote.udata(), errno);
  }

  /** Fails knotes, at most {@code most}, whose descriptor was refused by a rebuilt epoll. */
  void failRefused(int most) {
    int room = most;
    Fd fd;
    while ((fd = main.firstRefused()) != null) {
      // A descriptor that was added again since then is registered.
      while (!fd.registered && fd.armedBits() != 0) {
        if (room-- == 0) {
          return;
        }
        fail(fd, fd.refusal);
      }
      main.dropRefused();
    }
  }

  private void deliverBoth(Fd fd, int reported) {
    if (spareRoom() > 0) {
      deliver(fd, fd.read, reported);
      deliver(fd, fd.write(), reported);
    } else {
      // The filters take turns. Otherwise reads that are armed again would starve writes.
      boolean writeFirst = fd.writeFirst;
      fd.writeFirst = !writeFirst;
      deliver(fd, fd.knote(!writeFirst), reported);
    }
  }

  /** {@return the room beyond one event for this report and for each remaining report} */
  private int spareRoom() {
    return out.room() - 1 - left;
  }

  private void deliver(Fd fd, FdKnote knote, int reported) {
    boolean eof = isEof(fd, knote, reported);
    int fflags = eof && (reported & e.hangUp) != 0 ? details.error(fd.number) : 0;
    out.put(
        fd.number,
        knote.isRead ? c.read : c.write,
        knote.flags() | (eof ? c.eof : 0),
        fflags,
        knote.isRead ? details.readable(fd.number) : 0,
        knote.udata());
    knote.delivered(c);
    if (!knote.isRead && knote.armedBits() == 0) {
      main.writeDisarmed(fd);
    }
  }

  /** The write side has ended when both sides have ended, or when the connection failed. */
  private boolean isEof(Fd fd, FdKnote knote, int reported) {
    int ends = knote.isRead ? e.hup | e.rdhup : e.hup;
    return (reported & ends) != 0 || (reported & e.err) != 0 && !details.isDatagram(fd);
  }

  private void deliverEdges(EdgeEpoll edges, boolean read) {
    int count = edges.poll(1 + spareRoom());
    if (count < 0) {
      failed(count);
    }
    for (int i = 0; i < count; i++) {
      Fd fd = table.findByToken(edges.events().token(i));
      // An edge of a descriptor that is gone comes only once, so it can be dropped.
      if (fd != null && fd.knote(read).isInEdges()) {
        FdKnote knote = fd.knote(read);
        deliver(fd, knote, edges.events().mask(i));
        if (!knote.isArmedEdge()) {
          edges.disarm(fd, knote);
        }
      }
    }
  }
}
