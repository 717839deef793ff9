package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Kernel;

/**
 * How long to sleep, and who has to be woken. All but {@link #sleep} under the kqueue's lock.
 *
 * <p>Times are of {@link System#nanoTime()}, which is CLOCK_MONOTONIC on Linux.
 */
final class Waits {
  /** The kernel lets a wait of epoll end late by a thousandth: what is longer is slept in two. */
  private static final long EXACT = 150_000_000;

  private final Numbers n;
  private final Registry registry;
  private final ActiveKnotes active;
  private final Timers timers;
  private final Wakeup wakeup;
  private final Alarm alarm;
  private final Waiters waiters;
  private volatile boolean precise = true;

  /** Whether the eventfd's edge is still to be reported, to whichever thread. */
  private boolean signalled;

  Waits(
      Kernel kernel,
      Numbers numbers,
      Registry registry,
      ActiveKnotes active,
      Timers timers,
      Wakeup wakeup,
      Alarm alarm) {
    this.n = numbers;
    this.registry = registry;
    this.active = active;
    this.timers = timers;
    this.wakeup = wakeup;
    this.alarm = alarm;
    waiters = new Waiters(kernel);
  }

  /**
   * @param timeout nanoseconds, negative for ever
   */
  Waiter begin(long timeout, int nevents) {
    Waiter waiter = waiters.acquire();
    waiter.events.ensureCapacity(Math.min(nevents, EmbeddedKqueue.MOST_REPORTS));
    waiter.forEver = timeout < 0;
    waiter.polls = timeout == 0;
    waiter.deadline = timeout > 0 ? System.nanoTime() + timeout : 0;
    return waiter;
  }

  void end(Waiter waiter) {
    waiters.release(waiter);
    // An errno is not that of this call, which has its events: who has not been woken is by the
    // next call that comes here.
    passOn();
  }

  /**
   * To be called before {@link #sleep}.
   *
   * @param most how many reports to take at most
   */
  void enter(Waiter waiter, int most) {
    waiter.most = Math.min(most, waiter.events.capacity());
    registry.dropIdleWriters();
    if (waiter.polls || !active.isEmpty() || registry.hasRefused()) {
      waiter.nanos = 0;
    } else if (waiter.forEver && timers.isIdle()) {
      waiter.nanos = -1;
    } else {
      limit(waiter);
    }
    waiter.epoll = registry.main();
    waiter.epoll.users++;
    if (waiter.nanos != 0) {
      waiters.sleeps(waiter);
    }
  }

  private void limit(Waiter waiter) {
    long now = System.nanoTime();
    long until = waiter.deadline;
    if (!timers.isIdle() && (waiter.forEver || timers.deadline() - until < 0)) {
      until = timers.deadline();
    }
    long left = Math.max(0, until - now);
    waiter.nanos = left > EXACT ? left - left / 512 : left;
    waiter.wakesAt = now + waiter.nanos;
    if (!precise && waiter.nanos != 0) {
      alarm.setBy(registry, waiter.wakesAt, now);
    }
  }

  /** The only step without the lock; the reports' number or the negative errno. */
  int sleep(Waiter waiter) {
    int result = waiter.sleep(precise);
    if (precise && waiter.nanos > 0 && result < 0 && result != -n.eintr) {
      // The kernel is old, or a filter of system calls (containers) forbids the call, with any
      // errno: the alarm serves from now on. What is really wrong epoll_wait says too.
      precise = false;
      return 0;
    }
    return result;
  }

  /**
   * To be called after {@link #sleep}.
   *
   * @return 0 or the negative errno of waking who waits in a retired epoll
   */
  int leave(Waiter waiter) {
    if (waiter.sleeping) {
      waiters.woke(waiter);
    }
    int result = registry.left(waiter.epoll);
    if (timers.isIdle() && precise) {
      return result;
    }
    long now = System.nanoTime();
    timers.expire(now);
    if (alarm.isDue(now)) {
      restartAlarm(now);
    }
    return result;
  }

  /**
   * A thread was reported the eventfd's edge, perhaps one that only polls: no other one will be.
   */
  void signalTaken() {
    signalled = false;
  }

  private void restartAlarm(long now) {
    alarm.stop(registry);
    Waiter next = waiters.first();
    if (next != null) {
      alarm.setBy(registry, Math.max(next.wakesAt, now + 1), now);
    }
  }

  /** Whether the call's time-out has ended; else it has to be entered again. */
  boolean isOver(Waiter waiter) {
    return waiter.polls || !waiter.forEver && waiter.deadline - System.nanoTime() <= 0;
  }

  /**
   * Wakes one that sleeps if there is something for it that epoll cannot tell.
   *
   * @return 0 or the negative errno
   */
  int passOn() {
    if (!waiters.anySleeping() || signalled) {
      return 0;
    }
    if (active.isEmpty() && (timers.isIdle() || waiters.anyWakesBy(timers.deadline()))) {
      return 0;
    }
    int result = wakeup.signal();
    signalled = result == 0;
    return result;
  }

  void free() {
    waiters.free();
  }
}
