package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.kqueue.ProvidedKernels;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Wakeups from four threads at any moment of the loop, on every provider of this machine. */
@Timeout(120)
@Tag("real")
class LostWakeupTest {
  private static final int THREADS = 4;
  private static final int FLOOD = 240_000;
  private static final int ROUND_TRIPS = 10_000;
  private static final long TOO_LONG = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong work = new AtomicLong();

  /** One who leaves work for the loop; after a flood, only when the work before was done. */
  private final class Worker extends Thread {
    final Semaphore done = new Semaphore(0);
    private final Poller poller;

    Worker(Poller poller) {
      this.poller = poller;
    }

    @Override
    public void run() {
      for (int i = 0; i < FLOOD; i++) {
        work.incrementAndGet();
        poller.wakeup();
      }
      for (int i = 0; i < ROUND_TRIPS; i++) {
        done.drainPermits();
        work.incrementAndGet();
        poller.wakeup();
        done.acquireUninterruptibly();
      }
    }
  }

  static Stream<Arguments> wakeupsOfEveryProvider() {
    return ProvidedKernels.all().stream()
        .flatMap(kernel ->
            Arrays.stream(Wakeup.Kind.values())
                .filter(kind -> works(kernel.getPayload(), kind))
                .map(kind -> Arguments.of(kind, kernel)));
  }

  static boolean works(Kernel kernel, Wakeup.Kind kind) {
    try {
      return Capabilities.of(kernel, kind).wakeup().kind() == kind;
    } catch (UnsupportedOperationException e) {
      // Some releases of libkqueue end a wait by a pipe alone.
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("wakeupsOfEveryProvider")
  void noWakeupIsLost(Wakeup.Kind kind, Kernel kernel) throws Exception {
    try (Poller poller = Poller.open(kernel, kind, ScriptedPollers::unexpected);
        Events events = new Events(8)) {
      List<Worker> workers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        workers.add(new Worker(poller));
      }
      workers.forEach(Thread::start);
      long expected = THREADS * (long) (FLOOD + ROUND_TRIPS);
      long seen = 0;
      BooleanSupplier idle = () -> work.get() == 0;
      while (seen < expected) {
        long start = System.nanoTime();
        assertThat(poller.select(events, TOO_LONG, idle)).isZero();
        assertThat(System.nanoTime() - start).as("a sleep with work").isLessThan(TOO_LONG);
        long taken = work.getAndSet(0);
        seen += taken;
        if (taken > 0) {
          workers.forEach(worker -> worker.done.release());
        }
      }
      for (Worker worker : workers) {
        worker.join(10_000);
        assertThat(worker.isAlive()).isFalse();
      }
      assertThat(seen).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("wakeupsOfEveryProvider")
  void sleepingThreadIsAwakeSoon(Wakeup.Kind kind, Kernel kernel) throws IOException {
    int rounds = 200;
    long[] nanos = new long[rounds];
    try (Poller poller = Poller.open(kernel, kind, ScriptedPollers::unexpected);
        Events events = new Events(8)) {
      for (int i = 0; i < rounds; i++) {
        AtomicLong called = new AtomicLong();
        Thread waker =
            Thread.ofPlatform()
                .unstarted(() -> {
                  called.set(System.nanoTime());
                  poller.wakeup();
                });
        assertThat(
                poller.select(
                    events,
                    TOO_LONG,
                    () -> {
                      waker.start();
                      return true;
                    }))
            .isZero();
        nanos[i] = System.nanoTime() - called.get();
      }
      Arrays.sort(nanos);
      // The median is some 50 us; what would be wrong here is a tick or a time-out.
      assertThat(nanos[rounds / 2]).isLessThan(TimeUnit.MILLISECONDS.toNanos(5));
      System.out.println(
          kind + " wakeup of " + poller + ": median " + nanos[rounds / 2] / 1000 + " us");
    }
  }
}
