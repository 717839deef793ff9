package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.InterceptedKernel;
import io.github.kqueueffm.syscall.Kernel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A loop's time, divided into what it waited and what it did not, as another thread sees it. */
class LoopCountsTest {
  private final Clock clock = new Clock();
  private final LoopCounts counts = new LoopCounts(clock);

  private static class Clock extends InterceptedKernel {
    private long now;

    Clock() {
      super(Platform.named("freebsd-x86_64"), null);
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    protected Number intercept(String method, Object... arguments) {
      throw new AssertionError(method);
    }

    @Override
    public Kernel forThread() {
      return this;
    }
  }

  private static final class RunningClock extends Clock {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }

  private void assertTimes(long active, long waiting) {
    assertThat(counts.activeNanos()).as("active").isEqualTo(active);
    assertThat(counts.waitingNanos()).as("waiting").isEqualTo(waiting);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1_000, -1_000, -5, Long.MAX_VALUE - 5, Long.MIN_VALUE + 1})
  void timesAreSeenWhileTheyPass(long origin) {
    clock.now = origin;
    assertTimes(0, 0);
    counts.begin();
    assertTimes(0, 0);
    clock.now += 10;
    assertTimes(10, 0);
    counts.waits(clock.now);
    assertTimes(10, 0);
    clock.now += 100;
    assertTimes(10, 100);
    counts.waited();
    assertTimes(10, 100);
    clock.now += 5;
    assertTimes(15, 100);
    counts.waits(clock.now);
    clock.now += 1;
    counts.waited();
    clock.now += 2;
    assertTimes(17, 101);
    counts.end();
    clock.now += 1_000;
    assertTimes(17, 101);
  }

  @Test
  void waitWithoutActivityBeforeItIsAWait() {
    counts.begin();
    counts.waits(clock.now);
    clock.now += 7;
    assertTimes(0, 7);
  }

  /** The two are never less than before, and never more than the time that has passed. */
  @Test
  @Timeout(60)
  void readersNeverSeeTimeGoBack() throws Exception {
    LoopCounts real = new LoopCounts(new RunningClock());
    long first = System.nanoTime();
    real.begin();
    CountDownLatch done = new CountDownLatch(1);
    AtomicLong turns = new AtomicLong();
    Thread loop =
        Thread.ofPlatform()
            .start(() -> {
              while (done.getCount() > 0) {
                real.waits(System.nanoTime());
                real.waited();
                real.increment(Count.TURNS);
                turns.incrementAndGet();
              }
            });
    try {
      long active = 0;
      long waiting = 0;
      long seen = 0;
      for (int i = 0; i < 200_000 || turns.get() < 1_000; i++) {
        long nowActive = real.activeNanos();
        long nowWaiting = real.waitingNanos();
        long nowSeen = real.get(Count.TURNS);
        assertThat(nowActive >= active && nowWaiting >= waiting && nowSeen >= seen).isTrue();
        assertThat(nowActive).isLessThanOrEqualTo(System.nanoTime() - first);
        active = nowActive;
        waiting = nowWaiting;
        seen = nowSeen;
      }
    } finally {
      done.countDown();
      loop.join();
    }
    assertThat(real.get(Count.TURNS)).isEqualTo(turns.get());
  }
}
