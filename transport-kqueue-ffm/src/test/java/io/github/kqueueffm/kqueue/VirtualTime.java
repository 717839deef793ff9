package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Timespec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * A clock that only the sleeps of an embedded kqueue advance. A sleep ends at once: with what is
 * ready, or at the time at which the kernel would end it.
 *
 * <p>A step runs in the place of what another thread does while the first one sleeps. A kevent call
 * of a step is a second thread's, which comes back before the first one does.
 */
final class VirtualTime {
  static final long MILLI = 1_000_000;

  /** More of them in one test are a spin. */
  private static final int MOST_SLEEPS = 200;

  private static final long AGES = 1_000_000 * 1_000 * MILLI;

  private final Kernel real = Kernels.system();
  private final Timespec timespec = new Timespec(real.platform());
  private final int valueOffset = real.platform().struct("itimerspec").offset("it_value");
  private final Queue<Runnable> steps = new ArrayDeque<>();

  /** The nanoseconds of each sleep as the kernel was asked, -1 for ever. */
  final List<Long> sleeps = new ArrayList<>();

  /** What the timerfd was set to, in nanoseconds. */
  final List<Long> settings = new ArrayList<>();

  private long now;
  private int timerfd;
  private boolean timerfdSet;
  private long timerfdTime;

  VirtualTime(CountingKernel calls) {
    calls
        .on("epollPwait2", this::sleepPrecisely)
        .on("epollWait", this::sleepMillis)
        .on("timerfdSettime", this::set);
  }

  long now() {
    return now;
  }

  void now(long nanos) {
    now = nanos;
  }

  void pass(long millis) {
    now += millis * MILLI;
  }

  /** Runs during the next sleep that has no step yet. */
  VirtualTime during(Runnable step) {
    steps.add(step);
    return this;
  }

  /** What epoll_pwait2 does. */
  Number sleepPrecisely(Object[] arguments) {
    long nanos = timespec.get((long) arguments[3], Long.MAX_VALUE);
    begin(nanos);
    int reports = real.epollWait((int) arguments[0], (long) arguments[1], (int) arguments[2], 0);
    if (reports == 0) {
      now += nanos;
    }
    return reports;
  }

  private Number sleepMillis(Object[] arguments) {
    int millis = (int) arguments[3];
    if (millis == 0) {
      return null;
    }
    begin(millis < 0 ? -1 : millis * MILLI);
    int epoll = (int) arguments[0];
    long events = (long) arguments[1];
    int most = (int) arguments[2];
    int reports = real.epollWait(epoll, events, most, 0);
    if (reports != 0) {
      return reports;
    }
    if (timerfdSet && (millis < 0 || timerfdTime - now <= millis * MILLI)) {
      now = timerfdTime - now < 0 ? now : timerfdTime;
      setReal(1);
      return real.epollWait(epoll, events, most, 10_000);
    }
    assertThat(millis).as("milliseconds of a sleep that nothing ends").isNotNegative();
    now += millis * MILLI;
    return 0;
  }

  private void begin(long nanos) {
    sleeps.add(nanos);
    assertThat(sleeps).hasSizeLessThan(MOST_SLEEPS);
    if (!steps.isEmpty()) {
      steps.remove().run();
    }
  }

  /** What timerfd_settime does; the real one expires when {@link #sleepMillis} says so. */
  Number set(Object[] arguments) {
    long nanos = timespec.get((long) arguments[2] + valueOffset, Long.MAX_VALUE);
    timerfd = (int) arguments[0];
    settings.add(nanos);
    timerfdSet = nanos != 0;
    timerfdTime = now + nanos;
    return setReal(nanos == 0 ? 0 : AGES);
  }

  private int setReal(long nanos) {
    long memory = NativeMemory.allocate(real.platform().struct("itimerspec").size());
    timespec.put(memory + valueOffset, nanos);
    int result = real.timerfdSettime(timerfd, 0, memory);
    NativeMemory.free(memory);
    return result;
  }
}
