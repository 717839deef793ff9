package io.github.kqueueffm.kqueue;

/** The knotes of EVFILT_TIMER and EVFILT_USER that have something to report, first come first. */
final class ActiveKnotes {
  private final Numbers n;
  private final IdentMap timers;
  private final IdentMap users;
  private IdentKnote head;
  private IdentKnote tail;
  private int size;

  ActiveKnotes(Numbers numbers, IdentMap timers, IdentMap users) {
    this.n = numbers;
    this.timers = timers;
    this.users = users;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** Puts the knote into the queue or takes it out, as its state says. */
  void update(IdentKnote knote) {
    boolean wanted = knote.active && knote.enabled;
    if (wanted && !knote.queued) {
      append(knote);
    } else if (!wanted && knote.queued) {
      unlink(knote);
    }
  }

  /** Reports at most so many, for which there has to be room, each once. */
  void deliver(EventList out, int most) {
    for (int left = Math.min(most, size); left > 0; left--) {
      IdentKnote knote = head;
      unlink(knote);
      out.put(knote.ident, knote.filter, knote.flags, knote.fflags, knote.data, knote.udata);
      if ((knote.flags & n.oneshot) != 0) {
        (knote.filter == n.filterTimer ? timers : users).remove(knote);
      } else {
        reported(knote);
      }
    }
  }

  private void reported(IdentKnote knote) {
    if ((knote.flags & n.clear) != 0) {
      knote.active = false;
      if (knote.filter == n.filterTimer) {
        knote.data = 0;
      }
    }
    if ((knote.flags & n.dispatch) != 0) {
      knote.enabled = false;
    }
    update(knote);
  }

  private void append(IdentKnote knote) {
    knote.queued = true;
    knote.previous = tail;
    knote.next = null;
    if (tail == null) {
      head = knote;
    } else {
      tail.next = knote;
    }
    tail = knote;
    size++;
  }

  private void unlink(IdentKnote knote) {
    knote.queued = false;
    if (knote.previous == null) {
      head = knote.next;
    } else {
      knote.previous.next = knote.next;
    }
    if (knote.next == null) {
      tail = knote.previous;
    } else {
      knote.next.previous = knote.previous;
    }
    knote.previous = null;
    knote.next = null;
    size--;
  }
}
