package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.util.concurrent.TimeUnit;

/** A knote of EVFILT_TIMER. Its data counts how often it has expired. */
final class TimerKnote extends Knote {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private Agenda.Entry entry;
  private long due;

  /** 0 if it does not repeat. */
  private long period;

  private long expired;
  private boolean repeats;

  TimerKnote(KqueueFile queue, Kevent change) {
    super(queue, change);
    repeats = !oneShot;
    // Kernels set the flag themselves.
    clear = true;
    flags |= change.clear;
  }

  /** {@return 0, or the negative errno of a change that is refused} */
  static int check(World world, Kevent change) {
    if (change.data == 0 && world.quirks.value(Quirk.ZERO_TIMER, "once").equals("invalid")) {
      return world.error(Errno.EINVAL);
    }
    if (change.data >= 0) {
      return 0;
    }
    return switch (world.quirks.value(Quirk.NEGATIVE_TIMER, "invalid")) {
      case "once" -> 0;
      case "panic" ->
          throw new IllegalStateException("a negative time of EVFILT_TIMER panics " + world.system);
      default -> world.error(Errno.EINVAL);
    };
  }

  @Override
  void touch(Kevent change) {
    if (!change.has(change.add)) {
      udata = change.udata;
      return;
    }
    World world = queue.world;
    if (world.has(Quirk.TIMER_IS_NOT_REARMED)) {
      save(change);
      return;
    }
    if (world.has(Quirk.TIMER_TAKES_NEW_FLAGS)) {
      repeats = !change.has(change.oneShot);
      flags = change.flags | change.clear;
    }
    save(change);
    queue.deactivate(this);
    arm();
  }

  /** Whether it is deleted when it is delivered. */
  boolean isOneShot() {
    return !repeats;
  }

  /** Starts it by the data of the last change. */
  void arm() {
    cancel();
    expired = 0;
    World world = queue.world;
    long now = world.pace.nanoTime();
    long delay = savedData <= 0 ? 0 : nanos();
    period = repeats ? delay : 0;
    if (savedData == 0 && repeats) {
      period = world.quirks.number(Quirk.ZERO_TIMER_PERIOD, 0) * MILLI;
      delay = period;
    }
    due = now + delay;
    int tick = delay == 0 ? 0 : world.quirks.number(Quirk.TIMER_TICKS, 0);
    if (tick > 0) {
      roundToTicks(now, delay, tick * MILLI);
    }
    schedule();
  }

  private void roundToTicks(long now, long delay, long tick) {
    long ticks = Math.ceilDiv(delay, tick);
    // The first tick has already begun.
    due = (now / tick + ticks) * tick;
    period = period == 0 ? 0 : ticks * tick;
  }

  private long nanos() {
    if (isUnit(Constant.NOTE_SECONDS)) {
      return TimeUnit.SECONDS.toNanos(savedData);
    }
    if (isUnit(Constant.NOTE_USECONDS)) {
      return TimeUnit.MICROSECONDS.toNanos(savedData);
    }
    return isUnit(Constant.NOTE_NSECONDS) ? savedData : TimeUnit.MILLISECONDS.toNanos(savedData);
  }

  private boolean isUnit(Constant unit) {
    return savedFflags != 0 && savedFflags == queue.world.option(unit);
  }

  private void schedule() {
    if (due <= queue.world.pace.nanoTime()) {
      expire();
    } else {
      entry = queue.world.agenda.at(due, this::expire);
    }
  }

  private void expire() {
    entry = null;
    expired++;
    if (period > 0) {
      long missed = Math.max((queue.world.pace.nanoTime() - due) / period, 0);
      expired += missed;
      due += (missed + 1) * period;
      entry = queue.world.agenda.at(due, this::expire);
    }
    queue.activate(this);
  }

  @Override
  boolean look() {
    data = expired;
    return expired > 0;
  }

  @Override
  void reset() {
    super.reset();
    expired = 0;
  }

  private void cancel() {
    if (entry != null) {
      entry.cancel();
      entry = null;
    }
  }

  @Override
  void detach() {
    cancel();
  }
}
