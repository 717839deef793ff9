package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.OptionalCall;
import io.github.kqueueffm.syscall.Timespec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Manages the waiting threads: how long each sleeps, and which of them has to be woken. All methods
 * except {@link #sleep} are called under the kqueue's lock.
 *
 * <p>Times are those of the clock, {@link System#nanoTime()}, which is CLOCK_MONOTONIC on Linux.
 */
final class EpollWait {
  /**
   * The kernel may end a wait of epoll late by a thousandth of its length. A longer wait is
   * therefore split into two sleeps.
   */
  private static final long EXACT = 150_000_000;

  private final Kernel kernel;
  private final LongSupplier clock;
  private final Timespec timespec;
  private final int eintr;
  private final MainEpoll main;
  private final TimerAndUserKnotes timersAndUsers;
  private final EventFd eventFd;
  private final TimerFd timerFd;

  /** As many as the most threads that have waited at the same time. */
  private final List<Waiter> waiters = new ArrayList<>(2);

  private int sleeping;
  private final OptionalCall preciseWait = new OptionalCall(true);

  /** Whether the edge of the eventfd has yet to be reported, to any of the threads. */
  private boolean signalled;

  /**
   * @param kernel the kernel for all threads
   */
  EpollWait(
      Kernel kernel,
      LongSupplier clock,
      Timespec timespec,
      int eintr,
      MainEpoll main,
      TimerAndUserKnotes timersAndUsers,
      EventFd eventFd,
      TimerFd timerFd) {
    this.kernel = kernel;
    this.clock = clock;
    this.timespec = timespec;
    this.eintr = eintr;
    this.main = main;
    this.timersAndUsers = timersAndUsers;
    this.eventFd = eventFd;
    this.timerFd = timerFd;
  }

  /**
   * @param timeout in nanoseconds; negative waits for ever
   */
  Waiter begin(long timeout, int nevents) {
    Waiter waiter = idleWaiter();
    waiter.busy = true;
    waiter.events.ensureCapacity(Math.min(nevents, EpollKqueue.MOST_REPORTS));
    waiter.forEver = timeout < 0;
    waiter.polls = timeout == 0;
    waiter.deadline = timeout > 0 ? clock.getAsLong() + timeout : 0;
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
    // An errno does not belong to this call, which has its events. The next call that ends tries
    // the wakeup again.
    passOn();
  }

  /**
   * Prepares a {@link #sleep}.
   *
   * @param most the most reports to take
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
    long now = clock.getAsLong();
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

  /**
   * Sleeps, as the only step without the lock; returns the number of reports or the negative errno.
   */
  int sleep(Waiter waiter) {
    boolean precise = preciseWait.isUsable();
    int result = waiter.sleep(precise);
    if (!precise || waiter.nanos <= 0) {
      return result;
    }
    if (result < 0 && result != -eintr) {
      // The kernel is old, or a filter of system calls (in containers) forbids epoll_pwait2 with
      // some errno. The wait is repeated at once, and after ENOSYS or several refusals the timerfd
      // serves. A real fault makes epoll_wait fail too.
      preciseWait.refused(kernel.platform(), Call.EPOLL_PWAIT2, result);
      return 0;
    }
    preciseWait.worked();
    return result;
  }

  /**
   * Ends a {@link #sleep}.
   *
   * @return 0 or the negative errno of waking a thread that waits in a retired epoll
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
    long now = clock.getAsLong();
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
   * Records that a thread has taken the edge of the eventfd, which may be one that only polls. No
   * other thread gets it.
   */
  void signalTaken() {
    signalled = false;
  }

  /** Whether the time-out of the call has ended. If not, {@link #enter} has to be called again. */
  boolean isOver(Waiter waiter) {
    return waiter.polls || !waiter.forEver && waiter.deadline - clock.getAsLong() <= 0;
  }

  /**
   * Wakes a sleeping thread if a timer or user event that epoll does not report needs it.
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
  }
}
