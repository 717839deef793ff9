package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.OptionalCall;
import io.github.kqueueffm.syscall.Timespec;
import java.util.ArrayList;
import java.util.List;

/**
 * The threads that wait: how long each sleeps, and which of them has to be woken. All but {@link
 * #sleep} under the kqueue's lock.
 *
 * <p>Times are of {@link System#nanoTime()}, which is CLOCK_MONOTONIC on Linux.
 */
final class EpollWait {
  /** The kernel lets a wait of epoll end late by a thousandth: what is longer is slept in two. */
  private static final long EXACT = 150_000_000;

  private final Kernel kernel;
  private final Timespec timespec;
  private final int eintr;
  private final MainEpoll main;
  private final TimerAndUserKnotes timersAndUsers;
  private final EventFd eventFd;
  private final TimerFd timerFd;

  /** As many as threads have ever waited at once. */
  private final List<Waiter> waiters = new ArrayList<>(2);

  private int sleeping;
  private final OptionalCall preciseWait = new OptionalCall(true);

  /** Whether the eventfd's edge is still to be reported, to whichever thread. */
  private boolean signalled;

  /**
   * @param kernel for all threads
   */
  EpollWait(
      Kernel kernel,
      Timespec timespec,
      int eintr,
      MainEpoll main,
      TimerAndUserKnotes timersAndUsers,
      EventFd eventFd,
      TimerFd timerFd) {
    this.kernel = kernel;
    this.timespec = timespec;
    this.eintr = eintr;
    this.main = main;
    this.timersAndUsers = timersAndUsers;
    this.eventFd = eventFd;
    this.timerFd = timerFd;
  }

  /**
   * @param timeout nanoseconds, negative for ever
   */
  Waiter begin(long timeout, int nevents) {
    Waiter waiter = idleWaiter();
    waiter.busy = true;
    waiter.events.ensureCapacity(Math.min(nevents, EpollKqueue.MOST_REPORTS));
    waiter.forEver = timeout < 0;
    waiter.polls = timeout == 0;
    waiter.deadline = timeout > 0 ? System.nanoTime() + timeout : 0;
    return waiter;
  }

  private Waiter idleWaiter() {
    for (int i = 0; i < waiters.size(); i++) {
      if (!waiters.get(i).busy) {
        return waiters.get(i);
      }
    }
    Waiter made = new Waiter(kernel, timespec);
    waiters.add(made);
    return made;
  }

  void end(Waiter waiter) {
    waiter.busy = false;
    // An errno is not that of this call, which has its events: the next call that comes here wakes
    // who has not been woken.
    passOn();
  }

  /**
   * To be called before {@link #sleep}.
   *
   * @param most how many reports to take at most
   */
  void enter(Waiter waiter, int most) {
    waiter.most = Math.min(most, waiter.events.capacity());
    main.dropIdleWriters();
    if (waiter.polls || timersAndUsers.activeCount() > 0 || main.firstRefused() != null) {
      waiter.nanos = 0;
    } else if (waiter.forEver && !timersAndUsers.isTimerRunning()) {
      waiter.nanos = -1;
    } else {
      limit(waiter);
    }
    waiter.epoll = main.enter();
    if (waiter.nanos != 0) {
      waiter.sleeping = true;
      sleeping++;
    }
  }

  private void limit(Waiter waiter) {
    long now = System.nanoTime();
    long until = waiter.deadline;
    if (timersAndUsers.isTimerRunning()
        && (waiter.forEver || timersAndUsers.deadline() - until < 0)) {
      until = timersAndUsers.deadline();
    }
    long left = Math.max(0, until - now);
    waiter.nanos = left > EXACT ? left - left / 512 : left;
    waiter.wakesAt = now + waiter.nanos;
    if (!preciseWait.isUsable() && waiter.nanos != 0) {
      timerFd.setBy(waiter.wakesAt, now);
    }
  }

  /** The only step without the lock; the reports' number or the negative errno. */
  int sleep(Waiter waiter) {
    boolean precise = preciseWait.isUsable();
    int result = waiter.sleep(precise);
    if (!precise || waiter.nanos <= 0) {
      return result;
    }
    if (result < 0 && result != -eintr) {
      // The kernel is old, or a filter of system calls (containers) forbids the call, with any
      // errno. It is tried again at once, and then the timerfd serves: what is really wrong
      // epoll_wait says too.
      preciseWait.refused(kernel.platform(), result);
      return 0;
    }
    preciseWait.worked();
    return result;
  }

  /**
   * To be called after {@link #sleep}.
   *
   * @return 0 or the negative errno of waking who waits in a retired epoll
   */
  int leave(Waiter waiter) {
    if (waiter.sleeping) {
      waiter.sleeping = false;
      sleeping--;
    }
    int result = main.leave(waiter.epoll);
    if (!timersAndUsers.isTimerRunning() && preciseWait.isUsable()) {
      return result;
    }
    long now = System.nanoTime();
    timersAndUsers.expire(now);
    if (timerFd.isDue(now)) {
      timerFd.stop();
      setForNext(now);
    }
    return result;
  }

  private void setForNext(long now) {
    Waiter first = null;
    for (Waiter waiter : waiters) {
      if (waiter.isTimed() && (first == null || waiter.wakesAt - first.wakesAt < 0)) {
        first = waiter;
      }
    }
    if (first != null) {
      timerFd.setBy(Math.max(first.wakesAt, now + 1), now);
    }
  }

  /**
   * A thread was reported the eventfd's edge, perhaps one that only polls: no other one will be.
   */
  void signalTaken() {
    signalled = false;
  }

  /** Whether the call's time-out has ended; else it has to be entered again. */
  boolean isOver(Waiter waiter) {
    return waiter.polls || !waiter.forEver && waiter.deadline - System.nanoTime() <= 0;
  }

  /**
   * Wakes a sleeping thread if there is something for it that epoll does not report.
   *
   * @return 0 or the negative errno
   */
  int passOn() {
    if (sleeping == 0 || signalled) {
      return 0;
    }
    if (timersAndUsers.activeCount() == 0
        && (!timersAndUsers.isTimerRunning() || anyWakesBy(timersAndUsers.deadline()))) {
      return 0;
    }
    int result = eventFd.signal();
    signalled = result == 0;
    return result;
  }

  private boolean anyWakesBy(long time) {
    for (int i = 0; i < waiters.size(); i++) {
      Waiter waiter = waiters.get(i);
      if (waiter.isTimed() && waiter.wakesAt - time <= 0) {
        return true;
      }
    }
    return false;
  }

  void free() {
    waiters.forEach(Waiter::free);
    waiters.clear();
  }
}
