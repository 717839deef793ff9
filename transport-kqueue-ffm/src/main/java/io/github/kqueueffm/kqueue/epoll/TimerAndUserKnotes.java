package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.kqueue.EventArray;
import io.github.kqueueffm.kqueue.KqueueConstants;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * The knotes of EVFILT_TIMER and EVFILT_USER, whose ident is the caller's number. They have no
 * descriptor: the wait's time-out serves the timers.
 *
 * <p>As on Darwin, a timer with data 0 expires at once and once, and again when it is added again.
 */
final class TimerAndUserKnotes {
  /** Longer timers are shortened to it: some 73 years, half of what nanoTime can tell apart. */
  private static final long LONGEST = Long.MAX_VALUE / 4;

  private static final class Knote {
    final long ident;
    final int filter;

    /** EV_ONESHOT, EV_CLEAR, EV_DISPATCH and EV_RECEIPT of its creation. */
    final int flags;

    int fflags;

    /** Of a user's knote the data of the last change, of a timer how often it has expired. */
    long data;

    long udata;
    boolean enabled;

    /** Whether there is something to report, once it is enabled. */
    boolean active;

    boolean queued;

    /** Whether it is a timer that has yet to expire. */
    boolean running;

    /** When a timer expires, by {@link System#nanoTime()}, and every how many nanoseconds. */
    long deadline;

    long period;

    Knote(long ident, int filter, int flags, boolean enabled) {
      this.ident = ident;
      this.filter = filter;
      this.flags = flags;
      this.enabled = enabled;
    }
  }

  private final KqueueConstants c;
  private final Map<Long, Knote> timers = new HashMap<>();
  private final Map<Long, Knote> users = new HashMap<>();

  /** Those that have something to report, first come first. */
  private final Queue<Knote> active = new ArrayDeque<>();

  private final PriorityQueue<Knote> running =
      new PriorityQueue<>((a, b) -> Long.signum(a.deadline - b.deadline));

  private final int seconds;
  private final int microseconds;
  private final int nanoseconds;
  private final int fflagsAnd;
  private final int fflagsOr;
  private final int fflagsCopy;
  private final int fflagsControl;
  private final int fflagsMask;

  TimerAndUserKnotes(Platform platform, KqueueConstants constants) {
    this.c = constants;
    seconds = platform.get(Constant.NOTE_SECONDS);
    microseconds = platform.get(Constant.NOTE_USECONDS);
    nanoseconds = platform.get(Constant.NOTE_NSECONDS);
    fflagsAnd = platform.get(Constant.NOTE_FFAND);
    fflagsOr = platform.get(Constant.NOTE_FFOR);
    fflagsCopy = platform.get(Constant.NOTE_FFCOPY);
    fflagsControl = platform.get(Constant.NOTE_FFCTRLMASK);
    fflagsMask = platform.get(Constant.NOTE_FFLAGSMASK);
  }

  /**
   * Applies a change of one of the two filters.
   *
   * @return 0 or the negative errno
   */
  int apply(boolean timer, long ident, int flags, int fflags, long data, long udata) {
    Map<Long, Knote> knotes = timer ? timers : users;
    Knote knote = knotes.get(ident);
    boolean adds = (flags & c.add) != 0;
    if ((flags & c.delete) != 0 || knote == null && !adds) {
      return knote == null ? -c.enoent : delete(knote);
    }
    long unit = timer && adds ? unit(fflags) : 1;
    if (c.isContradiction(flags) || unit == 0 || timer && adds && data < 0) {
      return -c.einval;
    }
    if (knote == null) {
      knote = create(timer, ident, flags);
      knote.fflags = timer ? 0 : fflags & fflagsMask;
      knotes.put(ident, knote);
    } else {
      knote.enabled = (flags & c.enable) != 0 || knote.enabled && (flags & c.disable) == 0;
      knote.fflags = timer ? 0 : combine(knote.fflags, fflags);
    }
    knote.udata = udata;
    if (!timer) {
      knote.data = data;
      // Darwin takes a trigger in the creating change too, the other systems drop it: a wakeup too
      // many is better than one lost.
      knote.active |= (fflags & c.trigger) != 0;
    } else if (adds) {
      start(knote, data > LONGEST / unit ? LONGEST : data * unit);
    }
    update(knote);
    return 0;
  }

  private Knote create(boolean timer, long ident, int flags) {
    // A timer is cleared by being reported, whether EV_CLEAR says so or not.
    int kept = timer ? flags & c.lasting | c.clear : flags & c.lasting;
    return new Knote(ident, timer ? c.timer : c.user, kept, (flags & c.disable) == 0);
  }

  private int delete(Knote knote) {
    boolean timer = knote.filter == c.timer;
    stop(knote);
    knote.active = false;
    update(knote);
    (timer ? timers : users).remove(knote.ident);
    return 0;
  }

  private void stop(Knote knote) {
    // Removal looks at every running timer, and a wakeup's timer never runs.
    if (knote.running) {
      running.remove(knote);
      knote.running = false;
    }
  }

  private void run(Knote knote) {
    knote.running = true;
    running.add(knote);
  }

  private void start(Knote knote, long nanos) {
    stop(knote);
    knote.period = nanos;
    knote.active = nanos == 0;
    knote.data = nanos == 0 ? 1 : 0;
    if (nanos > 0) {
      knote.deadline = System.nanoTime() + nanos;
      run(knote);
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

  private int combine(int old, int change) {
    int operation = change & fflagsControl;
    int bits = change & fflagsMask;
    if (operation == fflagsAnd) {
      return old & bits;
    }
    if (operation == fflagsOr) {
      return old | bits;
    }
    return operation == fflagsCopy ? bits : old;
  }

  boolean isTimerRunning() {
    return !running.isEmpty();
  }

  /** When the first timer expires; not to be asked when {@linkplain #isTimerRunning none runs}. */
  long deadline() {
    return running.element().deadline;
  }

  /** Makes those active that have expired by now. */
  void expire(long now) {
    while (!running.isEmpty() && running.element().deadline - now <= 0) {
      Knote knote = running.remove();
      knote.running = false;
      long times = 1;
      if ((knote.flags & c.oneshot) == 0) {
        times += (now - knote.deadline) / knote.period;
        knote.deadline += times * knote.period;
        run(knote);
      }
      knote.data += times;
      knote.active = true;
      update(knote);
    }
  }

  /** How many have something to report. */
  int activeCount() {
    return active.size();
  }

  /** Reports at most so many, for which there has to be room, each once. */
  void deliver(EventArray out, int most) {
    for (int left = Math.min(most, active.size()); left > 0; left--) {
      Knote knote = active.remove();
      knote.queued = false;
      out.put(knote.ident, knote.filter, knote.flags, knote.fflags, knote.data, knote.udata);
      if ((knote.flags & c.oneshot) != 0) {
        delete(knote);
      } else {
        delivered(knote);
      }
    }
  }

  private void delivered(Knote knote) {
    if ((knote.flags & c.clear) != 0) {
      knote.active = false;
      if (knote.filter == c.timer) {
        knote.data = 0;
      }
    }
    if ((knote.flags & c.dispatch) != 0) {
      knote.enabled = false;
    }
    update(knote);
  }

  /** Puts the knote into the queue or takes it out, as its state says. */
  private void update(Knote knote) {
    boolean wanted = knote.active && knote.enabled;
    if (wanted && !knote.queued) {
      active.add(knote);
    } else if (!wanted && knote.queued) {
      active.remove(knote);
    }
    knote.queued = wanted;
  }
}
