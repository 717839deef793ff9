package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.ScriptedCalls;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class LoopWakerTest {
  private final RecordingWakeup wakeup = new RecordingWakeup();
  private final LoopWaker waker =
      new LoopWaker(wakeup, new LoopCounts(ScriptedCalls.of("freebsd-x86_64").kernel()));

  /** Counts its triggers. */
  private static final class RecordingWakeup implements Wakeup {
    private final AtomicInteger triggers = new AtomicInteger();
    private int answer;
    private Runnable meanwhile = () -> {};

    @Override
    public Kind kind() {
      return Kind.USER;
    }

    @Override
    public boolean isEvent(int filter, long ident) {
      return false;
    }

    @Override
    public int trigger() {
      triggers.incrementAndGet();
      meanwhile.run();
      return answer;
    }

    @Override
    public int consumed(int filter, long ident) {
      return 0;
    }

    @Override
    public void close() {}
  }

  @Test
  void closedGateLetsNoThreadEnter() {
    assertThat(waker.enter()).isTrue();
    waker.leave();
    assertThat(waker.close()).isTrue();
    assertThat(waker.close()).isFalse();
    assertThat(waker.isClosed()).isTrue();
    assertThat(waker.enter()).isFalse();
    assertThat(wakeup.triggers).hasValue(0);
  }

  @Test
  void closeWakesThoseInsideAndWaitsForThem() throws Exception {
    assertThat(waker.enter()).isTrue();
    CompletableFuture<Boolean> closed = CompletableFuture.supplyAsync(waker::close);
    while (wakeup.triggers.get() == 0) {
      Thread.onSpinWait();
    }
    assertThat(waker.enter()).isFalse();
    assertThat(closed).isNotDone();
    waker.leave();
    assertThat(closed.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void notificationWhileAwakeKeepsTheLoopFromSleepingOnce() {
    assertThat(waker.wakeup()).isZero();
    assertThat(waker.fallAsleep(null)).isFalse();
    assertThat(wakeup.triggers).hasValue(0);
    assertThat(waker.fallAsleep(null)).isTrue();
  }

  /** The failed trigger makes the state that of a sleeping loop, after the loop has awoken. */
  @Test
  void failedWakeupOfALoopThatAwokeKeepsItFromSleepingOnce() {
    assertThat(waker.fallAsleep(null)).isTrue();
    wakeup.answer = -12;
    wakeup.meanwhile =
        () -> {
          wakeup.meanwhile = () -> {};
          waker.awake();
          waker.wakeup();
        };
    assertThat(waker.wakeup()).isNegative();
    assertThat(waker.fallAsleep(null)).isFalse();
    assertThat(waker.fallAsleep(null)).isTrue();
  }

  @Test
  void sleepIsTriggeredOnce() {
    assertThat(waker.fallAsleep(null)).isTrue();
    waker.wakeup();
    waker.wakeup();
    assertThat(wakeup.triggers).hasValue(1);
    assertThat(waker.awake()).isTrue();
    waker.wakeup();
    assertThat(wakeup.triggers).hasValue(1);
  }

  @Test
  void notificationWhileAwakeDoesNotCountWhereMaySleepIsAsked() {
    waker.wakeup();
    assertThat(waker.fallAsleep(() -> true)).isTrue();
    waker.wakeup();
    assertThat(wakeup.triggers).hasValue(1);
  }

  @Test
  void failedTriggerIsTriedAgain() {
    assertThat(waker.fallAsleep(null)).isTrue();
    wakeup.answer = -12;
    assertThat(waker.wakeup()).isEqualTo(-12);
    wakeup.answer = 0;
    assertThat(waker.wakeup()).isPositive();
    assertThat(wakeup.triggers).hasValue(2);
  }

  @Test
  void interruptLeavesNoNotification() {
    assertThat(waker.interrupt()).isZero();
    assertThat(wakeup.triggers).hasValue(0);
    assertThat(waker.fallAsleep(null)).isTrue();
    waker.interrupt();
    assertThat(wakeup.triggers).hasValue(1);
    assertThat(waker.awake()).isFalse();
  }

  @Test
  void closedGateTriggersNothingForASleeper() {
    assertThat(waker.fallAsleep(null)).isTrue();
    assertThat(waker.close()).isTrue();
    assertThat(waker.wakeup()).isZero();
    assertThat(wakeup.triggers).hasValue(0);
  }

  @Test
  void interruptDuringTheCloseIsKeptForItsThread() throws Exception {
    assertThat(waker.enter()).isTrue();
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              waker.close();
              interrupted.set(Thread.interrupted());
            });
    while (LockSupport.getBlocker(closer) != waker) {
      Thread.onSpinWait();
    }
    waker.leave();
    closer.join(10_000);
    assertThat(interrupted).isTrue();
  }
}
