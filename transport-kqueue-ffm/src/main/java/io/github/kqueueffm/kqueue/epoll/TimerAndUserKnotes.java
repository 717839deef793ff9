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
import java.util.function.LongSupplier;

/**
 * The knotes of EVFILT_TIMER and EVFILT_USER, whose ident is a number of the caller. They have no
 * descriptor. The time-out of the wait serves the timers.
 *
 * <p>As on Darwin, a timer with data 0 expires immediately and once. When it is added again it
 * expires again.
 */
final class TimerAndUserKnotes {
  /**
   * The longest timer, to which longer ones are shortened: 73 years, half of the differences that
   * nanoTime can express.
   */
  private static final long LONGEST = Long.MAX_VALUE / 4;

  private static final class Knote {
    final long ident;
    final int filter;

    /** EV_ONESHOT, EV_CLEAR, EV_DISPATCH and EV_RECEIPT as given when the knote was created. */
    final int flags;

    int fflags;

    /** The data of the last change of an EVFILT_USER, or the number of expirations of a timer. */
    long data;

    long udata;
    boolean enabled;

    /** Whether the knote has an event to report as soon as it is enabled. */
    boolean active;

    boolean queued;

    /** Whether the knote is a timer that has not expired yet. */
    boolean running;

    /**
     * The time when a timer expires, by {@link System#nanoTime()}. Its period is in nanoseconds.
     */
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
  private final LongSupplier clock;
  private final Map<Long, Knote> timers = new HashMap<>();
  private final Map<Long, Knote> users = new HashMap<>();

  /** The knotes that have an event to report, in the order in which they became active. */
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

  TimerAndUserKnotes(Platform platform, KqueueConstants constants, LongSupplier clock) {
    this.c = constants;
    this.clock = clock;
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
      // Darwin accepts a trigger in the change that creates the knote, the other systems ignore it.
      // A spurious wakeup is better than a lost one.
      knote.active |= (fflags & c.trigger) != 0;
    } else if (adds) {
      start(knote, data > LONGEST / unit ? LONGEST : data * unit);
    }
    update(knote);
    return 0;
  }

  private Knote create(boolean timer, long ident, int flags) {
    // A report clears a timer, with or without EV_CLEAR.
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
    // Removal is linear in the number of running timers. The timer of a wakeup never runs.
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
      knote.deadline = clock.getAsLong() + nanos;
      run(knote);
    }
  }

  /** {@return the unit in the fflags of a timer in nanoseconds, or 0 if they are not a unit} */
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

  /**
   * {@return the time when the first timer expires} A timer must be {@linkplain #isTimerRunning
   * running}.
   */
  long deadline() {
    return running.element().deadline;
  }

  /** Makes the timers active that have expired by that time. */
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

  /** {@return the number of knotes that have an event to report} */
  int activeCount() {
    return active.size();
  }

  /** Reports each active knote once, at most {@code most}, for which there has to be room. */
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

  /** Puts the knote into the queue or takes it out, according to its state. */
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
