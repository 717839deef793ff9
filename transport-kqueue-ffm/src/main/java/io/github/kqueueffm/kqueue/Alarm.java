package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/**
 * A timerfd in the epoll that ends sleeps, where epoll_pwait2 is missing (before Linux 5.11 and
 * glibc 2.35) or forbidden. It is not used, nor made, where that works.
 *
 * <p>Every sleep that it is to end has a time-out in whole milliseconds besides. So where a timerfd
 * is forbidden too, or cannot be made for now, sleeps are only less exact.
 */
final class Alarm {
  private static final long SECOND = 1_000_000_000;

  private final Kernel kernel;
  private final Numbers n;
  private final int secondsOffset;
  private final int nanosOffset;
  private final long itimerspec;
  private boolean forbidden;
  private int fd = -1;
  private boolean set;
  private long time;

  Alarm(Kernel kernel, Numbers numbers) {
    Platform platform = kernel.platform();
    this.kernel = kernel;
    this.n = numbers;
    Struct timespec = platform.struct("timespec");
    Struct struct = platform.struct("itimerspec");
    secondsOffset = struct.offset("it_value") + timespec.offset("tv_sec");
    nanosOffset = struct.offset("it_value") + timespec.offset("tv_nsec");
    itimerspec = NativeMemory.allocate(struct.size());
  }

  /** Adds it to a further epoll; 0 or the negative errno. */
  int addTo(Epoll epoll) {
    return fd < 0 ? 0 : epoll.add(fd, n.in, Epoll.ALARM);
  }

  /** Sees to it that a sleep ends by that time, if a timerfd can be had. */
  void setBy(Registry registry, long wakesAt, long now) {
    if (forbidden || set && time - wakesAt <= 0) {
      return;
    }
    int result = fd < 0 ? open(registry) : 0;
    result = result < 0 ? result : set(wakesAt - now);
    set = result == 0;
    time = wakesAt;
    if (result < 0) {
      failed(registry, result);
    }
  }

  private int open(Registry registry) {
    Platform platform = kernel.platform();
    int made =
        kernel.timerfdCreate(
            platform.get(Constant.CLOCK_MONOTONIC),
            platform.get(Constant.TFD_NONBLOCK) | platform.get(Constant.TFD_CLOEXEC));
    if (made < 0) {
      return made;
    }
    int result = registry.main().add(made, n.in, Epoll.ALARM);
    if (result < 0) {
      Calls.close(kernel, made);
      return result;
    }
    fd = made;
    registry.owns(made);
    return 0;
  }

  /** Whether it has gone off. */
  boolean isDue(long now) {
    return set && time - now <= 0;
  }

  /** Has to be called when it has gone off: it is level-triggered, so it wakes all sleepers. */
  void stop(Registry registry) {
    set = false;
    int result = set(0);
    if (result < 0) {
      failed(registry, result);
    }
  }

  private void failed(Registry registry, int result) {
    forbidden = !Failures.isPassing(kernel.platform(), result);
    if (fd >= 0) {
      // Left as it is it could go off with nobody to stop it.
      registry.disowns(fd);
      closeDescriptor();
    }
  }

  private void closeDescriptor() {
    if (fd >= 0) {
      Calls.close(kernel, fd);
      fd = -1;
    }
  }

  private int set(long nanos) {
    Memory.putLong(itimerspec + secondsOffset, nanos / SECOND);
    Memory.putLong(itimerspec + nanosOffset, nanos % SECOND);
    return kernel.timerfdSettime(fd, 0, itimerspec);
  }

  void close() {
    NativeMemory.free(itimerspec);
    closeDescriptor();
  }
}
