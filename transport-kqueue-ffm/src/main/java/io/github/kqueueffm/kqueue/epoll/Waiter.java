package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Timespec;

/** What one thread needs to wait, for one call at a time. {@link EpollWait} changes its state. */
final class Waiter {
  private static final long MILLI = 1_000_000;

  final EpollEvents events;
  private final Kernel kernel;
  private final Timespec timespec;
  private final long argument;

  /** The epoll that it waits in. */
  Epoll epoll;

  boolean busy;
  boolean sleeping;

  /** Whether the call's time-out is 0. */
  boolean polls;

  /** Whether the call has no time-out. */
  boolean forEver;

  /** When the call's time-out ends, by {@link System#nanoTime()}. */
  long deadline;

  /** How long to sleep next: 0 not at all, negative for ever. */
  long nanos;

  /** When that sleep ends, if it is not for ever. */
  long wakesAt;

  /** How many reports to take at most, each of which is to have room for an event. */
  int most;

  Waiter(Kernel kernel, Timespec timespec) {
    this.kernel = kernel.forThread();
    this.timespec = timespec;
    argument = NativeMemory.allocate(timespec.size());
    events = new EpollEvents(kernel.platform(), 64);
  }

  /**
   * Sleeps until something is ready, or as long as {@link #nanos} says.
   *
   * @param precise whether to use epoll_pwait2; without it a limited sleep takes whole
   *     milliseconds, unless the timerfd ends it before
   * @return how many reports there are, or the negative errno
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

  /** Rounded up, so that what is left is not waited for in a spin. */
  private int millis() {
    return nanos < 0 ? -1 : (int) Math.min((nanos + MILLI - 1) / MILLI, Integer.MAX_VALUE);
  }

  /** Whether its sleep ends by itself. */
  boolean isTimed() {
    return sleeping && nanos > 0;
  }

  void free() {
    events.free();
    NativeMemory.free(argument);
    kernel.release();
  }
}
