package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;

/**
 * EVFILT_TIMER. Timers have no descriptor: the wait's own time-out serves them.
 *
 * <p>As on Darwin, one with data 0 expires at once and once, and again when it is added again.
 */
final class Timers {
  /** Longer ones are shortened to it: some 73 years, half of what nanoTime can tell apart. */
  private static final long LONGEST = Long.MAX_VALUE / 4;

  private final Numbers n;
  private final IdentMap knotes;
  private final ActiveKnotes active;
  private final TimerHeap running = new TimerHeap();
  private final int seconds;
  private final int microseconds;
  private final int nanoseconds;

  Timers(Platform platform, Numbers numbers, IdentMap knotes, ActiveKnotes active) {
    this.n = numbers;
    this.knotes = knotes;
    this.active = active;
    seconds = platform.get(Constant.NOTE_SECONDS);
    microseconds = platform.get(Constant.NOTE_USECONDS);
    nanoseconds = platform.get(Constant.NOTE_NSECONDS);
  }

  boolean isIdle() {
    return running.isEmpty();
  }

  /** When the first one expires; not to be asked when {@link #isIdle() none runs}. */
  long deadline() {
    return running.first().deadline;
  }

  /** Returns 0 or the negative errno. */
  int apply(long ident, int flags, int fflags, long data, long udata) {
    IdentKnote knote = knotes.get(ident);
    if ((flags & n.delete) != 0) {
      return delete(knote);
    }
    boolean adds = (flags & n.add) != 0;
    if (knote == null && !adds) {
      return -n.enoent;
    }
    long unit = unit(fflags);
    if ((flags & (n.enable | n.disable)) == (n.enable | n.disable)
        || adds && (unit == 0 || data < 0)) {
      return -n.einval;
    }
    if (knote == null) {
      knote = create(ident, flags);
    } else {
      knote.enabled = (flags & n.enable) != 0 || knote.enabled && (flags & n.disable) == 0;
    }
    knote.udata = udata;
    if (adds) {
      start(knote, data > LONGEST / unit ? LONGEST : data * unit);
    }
    active.update(knote);
    return 0;
  }

  private int delete(IdentKnote knote) {
    if (knote == null) {
      return -n.enoent;
    }
    running.remove(knote);
    knote.active = false;
    active.update(knote);
    knotes.remove(knote);
    return 0;
  }

  private IdentKnote create(long ident, int flags) {
    IdentKnote knote = knotes.create(ident);
    knote.filter = n.filterTimer;
    // A timer is cleared by being reported, whether EV_CLEAR says so or not.
    knote.flags = flags & n.lasting | n.clear;
    knote.fflags = 0;
    knote.enabled = (flags & n.disable) == 0;
    return knote;
  }

  private void start(IdentKnote knote, long nanos) {
    running.remove(knote);
    knote.period = nanos;
    knote.active = nanos == 0;
    knote.data = nanos == 0 ? 1 : 0;
    if (nanos > 0) {
      knote.deadline = System.nanoTime() + nanos;
      running.add(knote);
    }
  }

  /** Nanoseconds of the unit that a timer's fflags name, or 0 if they name something else. */
  private long unit(int fflags) {
    if (fflags == 0) {
      return 1_000_000;
    }
    if (fflags == seconds) {
      return 1_000_000_000;
    }
    return fflags == microseconds ? 1_000 : fflags == nanoseconds ? 1 : 0;
  }

  /** Makes those active that have expired by now. */
  void expire(long now) {
    while (!running.isEmpty() && running.first().deadline - now <= 0) {
      IdentKnote knote = running.first();
      running.remove(knote);
      long times = 1;
      if ((knote.flags & n.oneshot) == 0) {
        times += (now - knote.deadline) / knote.period;
        knote.deadline += times * knote.period;
        running.add(knote);
      }
      knote.data += times;
      knote.active = true;
      active.update(knote);
    }
  }
}
