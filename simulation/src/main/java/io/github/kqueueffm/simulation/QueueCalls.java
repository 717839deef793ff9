package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import java.util.concurrent.TimeUnit;

/** kqueue and kevent, epoll, eventfd and timerfd. */
final class QueueCalls {
  private static final long FOR_EVER = -1;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A time-out that a call refuses. */
  private static final long INVALID = -2;

  private final World world;
  private final Kevent change;
  private final int secondsOffset;
  private final int nanosOffset;
  private boolean stopped;

  QueueCalls(World world) {
    this.world = world;
    change = new Kevent(world);
    Struct timespec = world.platform.struct("timespec");
    secondsOffset = timespec.offset("tv_sec");
    nanosOffset = timespec.offset("tv_nsec");
  }

  /** Whether a call can wait for events. */
  boolean isWait(Call call) {
    return call == Call.KEVENT || call == Call.EPOLL_WAIT || call == Call.EPOLL_PWAIT2;
  }

  /** kqueue, epoll_create1, eventfd and timerfd_create: a descriptor. */
  long create(Call call, long a, int flags) {
    return switch (call) {
      case KQUEUE -> SystemCalls.install(world, new KqueueFile(world), false);
      case EPOLL_CREATE1 ->
          SystemCalls.install(world, new EpollFile(world), has((int) a, Constant.EPOLL_CLOEXEC));
      case EVENTFD ->
          counter(
              new EventFdFile(world, false, a & 0xffff_ffffL),
              has(flags, Constant.EFD_NONBLOCK),
              has(flags, Constant.EFD_CLOEXEC));
      default ->
          counter(
              new EventFdFile(world, true, 0),
              has(flags, Constant.TFD_NONBLOCK),
              has(flags, Constant.TFD_CLOEXEC));
    };
  }

  private boolean has(int flags, Constant flag) {
    return (flags & world.platform.get(flag)) != 0;
  }

  private long counter(EventFdFile file, boolean nonBlocking, boolean cloexec) {
    file.nonBlocking = nonBlocking;
    return SystemCalls.install(world, file, cloexec);
  }

  /** epoll_ctl and timerfd_settime. */
  long control(Call call, OpenFile file, long b, long c, long d) {
    if (call == Call.EPOLL_CTL) {
      return file instanceof EpollFile epoll
          ? epoll.control((int) b, (int) c, d)
          : world.error(Errno.EINVAL);
    }
    return file instanceof EventFdFile timer && timer.isTimer()
        ? setTimer(timer, (int) b, c)
        : world.error(Errno.EINVAL);
  }

  private long setTimer(EventFdFile timer, int flags, long itimerspec) {
    if (flags != 0) {
      throw new IllegalStateException("timerfd_settime is simulated without flags, not " + flags);
    }
    Struct struct = world.platform.struct("itimerspec");
    long value = nanos(itimerspec + struct.offset("it_value"));
    long interval = nanos(itimerspec + struct.offset("it_interval"));
    if (value < 0 || interval < 0) {
      return world.error(Errno.EINVAL);
    }
    timer.set(value, interval);
    return 0;
  }

  /**
   * kevent, epoll_wait and epoll_pwait2, with the arguments of the C functions after the
   * descriptor.
   *
   * @param fault what is to happen to this call
   */
  long await(Faults.Fault fault, Call call, int fd, long b, int c, long d, int e, long f) {
    OpenFile file = world.descriptors.get(fd);
    if (file == null) {
      return world.error(Errno.EBADF);
    }
    if (call == Call.KEVENT) {
      return file instanceof KqueueFile kqueue
          ? kevent(fault, kqueue, b, c, d, e, f)
          : world.error(Errno.EBADF);
    }
    if (fault instanceof Faults.Fault.Fails fails) {
      return -fails.errno();
    }
    if (!(file instanceof EpollFile epoll) || c <= 0) {
      return world.error(Errno.EINVAL);
    }
    long timeout = call == Call.EPOLL_WAIT ? millis((int) d) : timeout(d);
    return timeout == INVALID ? world.error(Errno.EINVAL) : epoll.await(fault, b, c, timeout);
  }

  private static long millis(int timeout) {
    return timeout < 0 ? FOR_EVER : TimeUnit.MILLISECONDS.toNanos(timeout);
  }

  private long kevent(
      Faults.Fault fault,
      KqueueFile kqueue,
      long changes,
      int nchanges,
      long events,
      int nevents,
      long timespec) {
    boolean fails = fault instanceof Faults.Fault.Fails;
    int errno = fails ? ((Faults.Fault.Fails) fault).errno() : 0;
    if (fails && !world.platform.is(Errno.EINTR, errno)) {
      return -errno;
    }
    int answers = change(kqueue, changes, nchanges, events, nevents);
    if (answers != 0 || stopped) {
      return answers;
    }
    long timeout = timeout(timespec);
    if (timeout == INVALID) {
      return world.error(Errno.EINVAL);
    }
    if (fails) {
      return -errno;
    }
    return nevents == 0 ? 0 : kqueue.await(fault, events, nevents, timeout);
  }

  /**
   * Makes the changes.
   *
   * @return how many answers were written, or the negative errno of one that has no room; if the
   *     changes end at such a one, {@link #stopped} is set
   */
  private int change(KqueueFile kqueue, long changes, int nchanges, long events, int nevents) {
    stopped = false;
    int answers = 0;
    for (int i = 0; i < nchanges; i++) {
      change.read(changes + (long) i * change.size);
      if (change.filter == 0 && world.has(Quirk.FILTER_ZERO_IS_SKIPPED)) {
        continue;
      }
      int result = kqueue.register(change);
      boolean receipt = change.has(change.receipt);
      if (result == 0 && !receipt) {
        continue;
      }
      if (answers < nevents) {
        answer(events + (long) answers++ * change.size, -result);
      } else if (result < 0 || !world.has(Quirk.RECEIPT_NEEDS_NO_ROOM)) {
        checkList(events, nevents);
        stopped = true;
        return result;
      }
    }
    return answers;
  }

  /** Where the system writes beyond the list, the program ends here instead. */
  private void checkList(long events, int nevents) {
    if (events != 0 && world.has(Quirk.ANSWERS_BEYOND_THE_LIST)) {
      throw new IllegalStateException(
          world.system + " writes the answer to a change beyond a list of " + nevents + " events");
    }
  }

  private void answer(long at, int errno) {
    boolean keeps = world.has(Quirk.ERROR_KEEPS_FLAGS);
    change.flags = keeps ? change.flags | change.error : change.error;
    change.data = errno;
    change.write(at);
  }

  /** {@return nanoseconds, {@link #FOR_EVER} or {@link #INVALID}} */
  private long timeout(long timespec) {
    if (timespec == 0) {
      return FOR_EVER;
    }
    if (seconds(timespec) > Integer.MAX_VALUE) {
      String huge = world.quirks.value(Quirk.HUGE_TIMEOUT, "waits");
      if (!huge.equals("waits")) {
        return huge.equals("invalid") ? INVALID : FOR_EVER;
      }
    }
    return nanos(timespec);
  }

  private long seconds(long timespec) {
    return Memory.getLong(timespec + secondsOffset);
  }

  private long nanos(long timespec) {
    long seconds = seconds(timespec);
    long nanos = Memory.getLong(timespec + nanosOffset);
    boolean most = nanos == SECOND && world.has(Quirk.WHOLE_SECOND_OF_NANOSECONDS);
    if (seconds < 0 || nanos < 0 || nanos >= SECOND && !most) {
      return INVALID;
    }
    return seconds > Long.MAX_VALUE / SECOND - 1 ? Long.MAX_VALUE : seconds * SECOND + nanos;
  }
}
