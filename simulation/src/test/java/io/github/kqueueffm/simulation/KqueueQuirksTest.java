package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_USER;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_DISPATCH;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_EOF;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.EV_RECEIPT;
import static io.github.kqueueffm.abi.Constant.NOTE_LOWAT;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where the simulated kqueues differ, as the facts say. */
class KqueueQuirksTest {
  private static final String BSDS = "io.github.kqueueffm.simulation.KernelBench#bsds";
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int CLOSED = 99;

  /** A time in milliseconds that is longer than 2^31 seconds. */
  private static final long DAYS = TimeUnit.DAYS.toMillis(24_900);

  @ParameterizedTest
  @MethodSource(BSDS)
  void drainedOneShotIsDelivered(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "four");
      bench.add(pipe[0], EVFILT_READ, EV_ONESHOT).apply(kqueue);
      bench.read(pipe[0]);
      List<KernelBench.Event> events = bench.await(kqueue, KernelBench.POLL);
      if (bench.is("freebsd13", "netbsd7", "netbsd11", "dragonfly")) {
        assertThat(events).hasSize(1);
        assertThat(events.get(0).data()).isEqualTo(4);
      } else {
        assertThat(events).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void eventHasTheFlagsOfItsChange(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      KernelBench.Event event = bench.add(pipe[1], EVFILT_WRITE, EV_ONESHOT).one(kqueue);
      boolean all = bench.is("netbsd7", "netbsd11", "openbsd78", "dragonfly");
      int flags = all ? bench.flags(EV_ADD, EV_ENABLE, EV_ONESHOT) : bench.flags(EV_ONESHOT);
      assertThat(event.flags()).isEqualTo(flags);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void answerToAFailedChange(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      KernelBench.Event answer = bench.add(CLOSED, EVFILT_READ, EV_ONESHOT).one(bench.kqueue());
      int flags =
          bench.is("macos")
              ? bench.flags(EV_ADD, EV_ENABLE, EV_ONESHOT, EV_ERROR)
              : bench.flags(EV_ERROR);
      assertThat(answer.flags()).isEqualTo(flags);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void receiptWithoutRoom(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ, EV_RECEIPT).add(pipe[1], EVFILT_WRITE, EV_RECEIPT);
      assertThat(bench.apply(kqueue)).isZero();
      assertThat(bench.await(kqueue, KernelBench.SOON)).hasSize(bench.is("macos") ? 2 : 1);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void answerWithoutRoom(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      bench.add(CLOSED, EVFILT_READ).add(CLOSED, EVFILT_READ);
      if (bench.is("dragonfly")) {
        assertThatThrownBy(() -> bench.call(kqueue, 1, KernelBench.POLL))
            .hasMessageContaining("beyond a list of 1 events");
      } else {
        assertThat(bench.call(kqueue, 1, KernelBench.POLL)).isEqualTo(bench.error(Errno.EBADF));
      }
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void enableWithDisable(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int[] pipe = bench.pipe();
      bench.add(pipe[0], EVFILT_READ, EV_DISABLE);
      assertThat(bench.apply(bench.kqueue()))
          .isEqualTo(bench.is("freebsd13") ? bench.error(Errno.EINVAL) : 0);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void filterZero(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      bench.change(CLOSED, null, EV_ADD);
      // EVFILT_READ is 0 on NetBSD.
      int read = bench.error(bench.is("netbsd7", "netbsd11") ? Errno.EBADF : Errno.EINVAL);
      assertThat(bench.apply(bench.kqueue())).isEqualTo(bench.is("freebsd13") ? 0 : read);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void deleteOfAClosedDescriptor(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      Errno errno = bench.is("macos") ? Errno.ENOENT : Errno.EBADF;
      assertThat(bench.change(CLOSED, EVFILT_READ, EV_DELETE).apply(bench.kqueue()))
          .isEqualTo(bench.error(errno));
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void enableAfterDispatch(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ, EV_DISPATCH).one(kqueue);
      bench.change(pipe[0], EVFILT_READ, EV_ENABLE);
      assertThat(bench.await(kqueue, KernelBench.POLL)).hasSize(bench.is("netbsd7") ? 0 : 1);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void enableWithAnotherUdata(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ).apply(kqueue);
      bench.change(pipe[0], EVFILT_READ, bench.flags(EV_ENABLE), 0, 0, 8);
      assertThat(bench.one(kqueue).udata()).isEqualTo(bench.is("openbsd78") ? 7 : 8);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void clearWithDispatch(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ, EV_CLEAR, EV_DISPATCH).one(kqueue);
      bench.write(pipe[1], "y");
      boolean enabled = bench.is("netbsd7", "netbsd11");
      assertThat(bench.await(kqueue, KernelBench.POLL)).hasSize(enabled ? 1 : 0);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void userEvent(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int added = bench.add(3, EVFILT_USER, EV_CLEAR).apply(kqueue);
      if (bench.is("netbsd7")) {
        assertThat(added).isEqualTo(bench.error(Errno.EINVAL));
        return;
      }
      assertThat(added).isZero();
      trigger(bench, kqueue, 0);
      trigger(bench, kqueue, 0);
      bench.one(kqueue);
      bench.silent(kqueue);
      trigger(bench, kqueue, 0);
      bench.one(kqueue);
    }
  }

  private static void trigger(KernelBench bench, int kqueue, int flags) {
    bench.change(3, EVFILT_USER, flags, bench.number(NOTE_TRIGGER), 0, 7).apply(kqueue);
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void triggerWithAdd(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      trigger(bench, kqueue, bench.flags(EV_ADD, EV_ENABLE, EV_CLEAR));
      assertThat(bench.await(kqueue, KernelBench.POLL)).hasSize(bench.is("macos") ? 1 : 0);
      trigger(bench, kqueue, bench.flags(EV_CLEAR));
      assertThat(bench.await(kqueue, KernelBench.POLL)).hasSize(bench.is("macos") ? 1 : 0);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void triggerOfAddIsReportedLater(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      trigger(bench, kqueue, bench.flags(EV_ADD, EV_CLEAR));
      bench.await(kqueue, KernelBench.POLL);
      trigger(bench, kqueue, 0);
      if (!bench.is("netbsd7")) {
        int reported = bench.is("freebsd13") ? bench.number(NOTE_TRIGGER) : 0;
        assertThat(bench.one(kqueue).fflags()).isEqualTo(reported);
      }
    }
  }

  private static int timer(KernelBench bench, int kqueue, long millis) {
    int flags = bench.flags(EV_ADD, EV_ENABLE, EV_CLEAR);
    return bench.change(0, EVFILT_TIMER, flags, 0, millis, 7).apply(kqueue);
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void timerOfZero(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      int added = timer(bench, kqueue, 0);
      if (bench.is("netbsd7", "netbsd11")) {
        assertThat(added).isEqualTo(bench.error(Errno.EINVAL));
      } else {
        assertThat(added).isZero();
        bench.simulation.sleep(35 * MILLI);
        int times = bench.is("freebsd13") ? 35 : bench.is("openbsd78", "dragonfly") ? 3 : 1;
        assertThat(bench.one(kqueue).data()).isEqualTo(times);
      }
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void negativeTimer(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      if (bench.is("netbsd11")) {
        assertThatThrownBy(() -> timer(bench, kqueue, -1)).hasMessageContaining("panics");
      } else if (bench.is("macos")) {
        assertThat(timer(bench, kqueue, -1)).isZero();
        bench.one(kqueue);
        bench.simulation.sleep(20 * MILLI);
        bench.silent(kqueue);
      } else {
        assertThat(timer(bench, kqueue, -1)).isEqualTo(bench.error(Errno.EINVAL));
      }
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void timerCountsTicks(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      // Into the middle of a tick.
      long into = bench.kernel.nanoTime() % (10 * MILLI);
      bench.simulation.sleep(13 * MILLI - into);
      long start = bench.kernel.nanoTime();
      timer(bench, kqueue, 11);
      bench.one(kqueue);
      assertThat(bench.kernel.nanoTime() - start)
          .isEqualTo((bench.is("netbsd7", "netbsd11") ? 17 : 11) * MILLI);
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void timerAddedAgain(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      timer(bench, kqueue, 50);
      timer(bench, kqueue, 500);
      assertThat(bench.await(kqueue, 100)).hasSize(bench.is("netbsd7") ? 1 : 0);
      assertThat(bench.await(kqueue, 500)).isNotEmpty();
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void timerAddedAgainAsOneShot(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      timer(bench, kqueue, 20);
      int flags = bench.flags(EV_ADD, EV_ENABLE, EV_ONESHOT);
      bench.change(0, EVFILT_TIMER, flags, 0, 20, 7).apply(kqueue);
      bench.one(kqueue);
      assertThat(bench.await(kqueue, 100)).hasSize(bench.is("netbsd11") ? 0 : 1);
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void hugeTimeout(SimulatedSystem system) {
    long seconds = Integer.MAX_VALUE + 1L;
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      bench.timespec(seconds, 0);
      long start = bench.kernel.nanoTime();
      // Ends the waits that would last for ever.
      bench.change(1, EVFILT_TIMER, bench.flags(EV_ADD, EV_ENABLE, EV_ONESHOT), 0, DAYS, 7);
      bench.apply(kqueue);
      bench.timespec(seconds, 0);
      int result = bench.kernel.kevent(kqueue, 0, 0, bench.scratch(), 4, bench.timespec());
      long waited = bench.kernel.nanoTime() - start;
      if (bench.is("macos")) {
        assertThat(result).isEqualTo(bench.error(Errno.EINVAL));
      } else if (bench.is("freebsd13")) {
        assertThat(result).isEqualTo(1);
        assertThat(waited).isEqualTo(DAYS * MILLI);
      } else {
        assertThat(result).isZero();
        assertThat(waited).isEqualTo(TimeUnit.SECONDS.toNanos(seconds));
      }
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void wholeSecondOfNanoseconds(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      bench.timespec(0, 1_000_000_000);
      int result = bench.kernel.kevent(kqueue, 0, 0, bench.scratch(), 4, bench.timespec());
      assertThat(result).isEqualTo(bench.is("macos") ? 0 : bench.error(Errno.EINVAL));
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void closeWhileAThreadWaits(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      long start = bench.kernel.nanoTime();
      long[] result = new long[2];
      bench.timespec(0, 500 * MILLI);
      long events = bench.scratch();
      bench.simulation.start(
          "waiter",
          () -> {
            result[0] = bench.kernel.kevent(kqueue, 0, 0, events, 4, bench.timespec());
            result[1] = bench.kernel.nanoTime() - start;
          });
      bench.simulation.sleep(50 * MILLI);
      bench.kernel.close(kqueue);
      long closed = bench.kernel.nanoTime() - start;
      bench.simulation.sleep(1000 * MILLI);
      boolean wakes = bench.is("netbsd11", "openbsd78");
      assertThat(result[0]).isEqualTo(wakes ? bench.error(Errno.EBADF) : 0);
      assertThat(result[1] / MILLI).isEqualTo(wakes ? 50 : 500);
      assertThat(closed / MILLI).isEqualTo(bench.is("netbsd7") ? 500 : 50);
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void writeFilterOfABrokenPipe(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int[] pipe = bench.pipe();
      bench.kernel.close(pipe[0]);
      Errno errno = bench.is("netbsd7", "netbsd11") ? Errno.EBADF : Errno.EPIPE;
      assertThat(bench.add(pipe[1], EVFILT_WRITE).apply(bench.kqueue()))
          .isEqualTo(bench.error(errno));
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void lowWaterMarkAboveTheReceiveBuffer(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pair = bench.localPair();
      int flags = bench.flags(EV_ADD, EV_ENABLE, EV_CLEAR);
      bench.write(pair[1], "x");
      int lowWater = bench.number(NOTE_LOWAT);
      bench.change(pair[0], EVFILT_READ, flags, lowWater, Integer.MAX_VALUE, 7).silent(kqueue);
      while (bench.kernel.write(pair[1], bench.scratch(), 1) > 0) {
        // Until the buffer is full.
      }
      assertThat(bench.await(kqueue, KernelBench.POLL)).hasSize(bench.is("macos") ? 1 : 0);
      bench.kernel.close(pair[1]);
      assertThat(bench.has(bench.one(kqueue), EV_EOF)).isTrue();
    }
  }
}
