package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Timespec;

/**
 * The state and memory for one waiting thread, for one call at a time. {@link EpollWait} changes
 * the state.
 */
final class Waiter {
  private static final long MILLI = 1_000_000;

  final EpollEvents events;
  private final Kernel kernel;
  private final Timespec timespec;
  private final long argument;

  /** The epoll in which it waits. */
  Epoll epoll;

  boolean busy;
  boolean sleeping;

  /** Whether the call's time-out is 0. */
  boolean polls;

  /** Whether the call has no time-out. */
  boolean forEver;

  /** The time when the time-out of the call ends, by {@link System#nanoTime()}. */
  long deadline;

  /** The length of the next sleep: 0 for none, negative for ever. */
  long nanos;

  /** The time when that sleep ends, unless it is for ever. */
  long wakesAt;

  /** The most reports to take. Each needs room for an event. */
  int most;

  Waiter(Kernel kernel, Timespec timespec) {
    this.kernel = kernel.forThread();
    this.timespec = timespec;
    argument = NativeMemory.allocate(timespec.size());
    events = new EpollEvents(kernel.platform(), 64);
  }

  /**
   * Sleeps until a descriptor is ready, or for at most {@link #nanos}.
   *
   * @param precise whether to use epoll_pwait2; without it a limited sleep takes whole
   *     milliseconds, unless the timerfd ends it earlier
   * @return the number of reports, or the negative errno
   */
  int sleep(boolean precise) {
    if (most == 0) {
      return 0;
    }
    if (nanos <= 0 || !precise) {
      return kernel.epollWait(epoll.fd(), events.address(), most, millis());
    }
    timespec.put(argument, nanos);
    return kernel.epollPwait2(epoll.fd(), events.address(), most, argument);
  }

  /**
   * {@return the sleep in milliseconds} It is rounded up, because a shorter sleep would end in a
   * spin.
   */
  private int millis() {
    return nanos < 0 ? -1 : (int) Math.min((nanos + MILLI - 1) / MILLI, Integer.MAX_VALUE);
  }

  /** Whether its sleep has a limit. */
  boolean isTimed() {
    return sleeping && nanos > 0;
  }

  void free() {
    events.free();
    NativeMemory.free(argument);
    kernel.release();
  }
}
