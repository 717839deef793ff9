package io.github.kqueueffm.kqueue;

/** Makes events of knotes from what epoll reports. */
final class Readiness {
  /** A late report of a descriptor closed by another thread is normal, this many in a row not. */
  private static final int STALE_TURNS = 3;

  private final Numbers n;
  private final Registry registry;
  private final Details details;
  private final EventList out;
  private int staleTurns;
  private boolean stale;
  private boolean wakeup;
  private int failure;
  private int left;

  Readiness(Numbers numbers, Registry registry, Details details, EventList out) {
    this.n = numbers;
    this.registry = registry;
    this.details = details;
    this.out = out;
  }

  /**
   * Reports of the main epoll become events. There has to be room for one event each; a second one
   * that finds no room is reported again by the next wait.
   *
   * @return 0 or the negative errno of an epoll_ctl
   */
  int translate(EpollEvents reports, int count) {
    failure = 0;
    stale = false;
    wakeup = false;
    for (int i = 0; i < count; i++) {
      left = count - 1 - i;
      long token = reports.token(i);
      if (token >= 0) {
        translate(token, reports.mask(i));
      } else if (token == Epoll.READ_EDGES || token == Epoll.WRITE_EDGES) {
        translateEdges(registry.edges(token == Epoll.READ_EDGES), token == Epoll.READ_EDGES);
      } else {
        wakeup |= token == Epoll.WAKEUP;
      }
    }
    repairStale();
    return failure;
  }

  /** Whether the last reports held the edge of the eventfd. */
  boolean tookWakeup() {
    return wakeup;
  }

  private void repairStale() {
    if (!stale) {
      staleTurns = 0;
    } else if (++staleTurns >= STALE_TURNS) {
      staleTurns = 0;
      failed(registry.rebuild());
    }
  }

  private void failed(int result) {
    failure = Math.min(failure, result);
  }

  private void translate(long token, int reported) {
    Descriptor descriptor = registry.find(Descriptor.fdOf(token));
    if (descriptor == null || descriptor.token() != token || !descriptor.registered) {
      stale = true;
      return;
    }
    int read = descriptor.read.armedBits();
    int write = descriptor.write.armedBits();
    int wanted = read | write;
    if (wanted == 0 && (reported & n.hangUp) != 0) {
      // EPOLLHUP and EPOLLERR cannot be masked.
      registry.remove(descriptor);
      return;
    }
    int surplus = reported & descriptor.mask & ~wanted;
    if (surplus != 0) {
      int result = registry.reduce(descriptor, surplus);
      if (result < 0) {
        refused(descriptor, -result);
      }
      if (result < 0 || !descriptor.registered) {
        return;
      }
    }
    boolean readReady = read != 0 && (reported & (read | n.hangUp)) != 0;
    boolean writeReady = write != 0 && (reported & (write | n.hangUp)) != 0;
    if (readReady && writeReady) {
      deliverBoth(descriptor, reported);
    } else if (readReady || writeReady) {
      deliver(descriptor, readReady ? descriptor.read : descriptor.write, reported);
    }
  }

  /**
   * The main epoll goes on to report what is not armed: what is armed fails, one knote with each
   * report as there is room for one event, and the descriptor is taken out at last.
   */
  private void refused(Descriptor descriptor, int errno) {
    Knote knote = descriptor.read.armedBits() != 0 ? descriptor.read : descriptor.write;
    if (knote.armedBits() == 0) {
      registry.remove(descriptor);
      return;
    }
    knote.present = false;
    int filter = knote.isRead ? n.filterRead : n.filterWrite;
    out.putError(descriptor.fd, filter, 0, knote.udata, errno);
  }

  /** Has knotes, at most so many, fail whose descriptor a rebuilt epoll has refused. */
  void tellRefused(int most) {
    int room = most;
    Descriptor descriptor;
    while ((descriptor = registry.firstRefused()) != null) {
      // One that was added again since is registered.
      while (!descriptor.registered && isArmed(descriptor)) {
        if (room-- == 0) {
          return;
        }
        refused(descriptor, descriptor.refusal);
      }
      registry.refusalTold();
    }
  }

  private static boolean isArmed(Descriptor descriptor) {
    return (descriptor.read.armedBits() | descriptor.write.armedBits()) != 0;
  }

  private void deliverBoth(Descriptor descriptor, int reported) {
    if (spareRoom() > 0) {
      deliver(descriptor, descriptor.read, reported);
      deliver(descriptor, descriptor.write, reported);
    } else {
      // In turn, or reads that are armed again would keep writes away for good.
      boolean writeFirst = descriptor.writeFirst;
      descriptor.writeFirst = !writeFirst;
      deliver(descriptor, writeFirst ? descriptor.write : descriptor.read, reported);
    }
  }

  /** Room for more than one event of this report and of each that is left. */
  private int spareRoom() {
    return out.room() - 1 - left;
  }

  private void deliver(Descriptor descriptor, Knote knote, int reported) {
    boolean eof = isEof(descriptor, knote, reported);
    int fflags = eof && (reported & n.hangUp) != 0 ? details.error(descriptor.fd) : 0;
    out.put(
        descriptor.fd,
        knote.isRead ? n.filterRead : n.filterWrite,
        knote.flags | (eof ? n.eof : 0),
        fflags,
        knote.isRead ? details.readable(descriptor.fd) : 0,
        knote.udata);
    if ((knote.flags & n.oneshot) != 0) {
      knote.present = false;
    } else if ((knote.flags & n.dispatch) != 0) {
      knote.enabled = false;
    }
    knote.spent = knote.isSentinel();
    if (!knote.isRead && knote.armedBits() == 0) {
      registry.writeDisarmed(descriptor);
    }
  }

  /** The write side has ended when both have, or when the connection failed. */
  private boolean isEof(Descriptor descriptor, Knote knote, int reported) {
    int ends = knote.isRead ? n.hup | n.rdhup : n.hup;
    return (reported & ends) != 0 || (reported & n.err) != 0 && !details.isDatagram(descriptor);
  }

  private void translateEdges(EdgeEpoll edges, boolean read) {
    int count = edges.poll(1 + spareRoom());
    if (count < 0) {
      failed(count);
    }
    for (int i = 0; i < count; i++) {
      long token = edges.events().token(i);
      Descriptor descriptor = registry.find(Descriptor.fdOf(token));
      Knote knote = descriptor == null ? null : read ? descriptor.read : descriptor.write;
      // An edge of a descriptor that is gone comes once and needs no more than to be dropped.
      if (knote != null && descriptor.token() == token && knote.inEdges) {
        deliver(descriptor, knote, edges.events().mask(i));
        if (!knote.enabled) {
          edges.disarm(descriptor, knote);
        }
      }
    }
  }
}
