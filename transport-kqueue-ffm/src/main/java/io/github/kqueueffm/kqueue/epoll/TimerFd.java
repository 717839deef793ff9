package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.OptionalCall;
import io.github.kqueueffm.syscall.Timespec;

/**
 * A timerfd in the main epoll. It ends sleeps where epoll_pwait2 is missing (before Linux 5.11 and
 * glibc 2.35) or forbidden. Where epoll_pwait2 works it is never opened.
 *
 * <p>Each sleep that it ends also has a time-out in whole milliseconds. So if a timerfd is
 * forbidden too, or cannot be opened at the moment, sleeps are only less exact.
 */
final class TimerFd {
  private final Kernel kernel;
  private final EpollConstants e;
  private final MainEpoll main;
  private final Timespec timespec;
  private final int valueOffset;
  private final long itimerspec;
  private final OptionalCall timerfd = new OptionalCall(true);
  private int fd = -1;
  private boolean set;
  private long time;

  TimerFd(Kernel kernel, EpollConstants constants, MainEpoll main, Timespec timespec) {
    this.kernel = kernel;
    this.e = constants;
    this.main = main;
    this.timespec = timespec;
    valueOffset = kernel.platform().struct("itimerspec").offset("it_value");
    itimerspec = NativeMemory.allocate(kernel.platform().struct("itimerspec").size());
  }

  /** Sets the timerfd so that a sleep ends by that time, if a timerfd is available. */
  void setBy(long wakesAt, long now) {
    if (!timerfd.isUsable() || set && time - wakesAt <= 0) {
      return;
    }
    int result = fd < 0 ? open() : 0;
    result = result < 0 ? result : set(wakesAt - now);
    set = result == 0;
    time = wakesAt;
    if (result < 0) {
      failed(result);
    } else {
      timerfd.worked();
    }
  }

  private int open() {
    Platform platform = kernel.platform();
    int made =
        kernel.timerfdCreate(
            platform.get(Constant.CLOCK_MONOTONIC),
            platform.get(Constant.TFD_NONBLOCK) | platform.get(Constant.TFD_CLOEXEC));
    if (made < 0) {
      return made;
    }
    int result = main.addOwn(made, e.in, Epoll.TIMERFD);
    if (result < 0) {
      Descriptors.close(kernel, made);
      return result;
    }
    fd = made;
    return 0;
  }

  /** Whether the timerfd has expired. */
  boolean isDue(long now) {
    return set && time - now <= 0;
  }

  /**
   * Has to be called after the timerfd has expired. It is level-triggered, so it would wake all
   * sleepers.
   */
  void stop() {
    set = false;
    int result = set(0);
    if (result < 0) {
      failed(result);
    }
  }

  private void failed(int result) {
    if (!Failures.isPassing(kernel.platform(), result)) {
      timerfd.refused(kernel.platform(), Call.TIMERFD_CREATE, result);
    }
    if (fd >= 0) {
      // If it stayed open it could expire, and could not be stopped.
      main.removeOwn(fd);
      closeDescriptor();
    }
  }

  private void closeDescriptor() {
    if (fd >= 0) {
      Descriptors.close(kernel, fd);
      fd = -1;
    }
  }

  private int set(long nanos) {
    timespec.put(itimerspec + valueOffset, nanos);
    return kernel.timerfdSettime(fd, 0, itimerspec);
  }

  void close() {
    NativeMemory.free(itimerspec);
    closeDescriptor();
  }
}
