package io.github.kqueueffm.selector;

import static io.github.kqueueffm.selector.LyingKernel.MILLI;
import static io.github.kqueueffm.selector.Wakeup.Kind.PIPE;
import static io.github.kqueueffm.selector.Wakeup.Kind.TIMER;
import static io.github.kqueueffm.selector.Wakeup.Kind.USER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.selector.LyingKernel.Lie;
import io.github.kqueueffm.selector.Wakeup.Kind;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Loops whose first wakeup lies: no task of another thread is late by more than 30 ms. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LyingWakeupTest {
  private static final long LATEST = 30 * MILLI;
  private static final int TASKS = 40;

  private final long before = NativeMemory.live();
  private final List<String> log = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  /** A loop that runs the tasks of other threads, and notes how late they are. */
  private final class Loop implements AutoCloseable {
    private final LyingKernel kernel;
    private final Poller poller;
    private final Events events = new Events(4);
    private final List<Long> submitted = new ArrayList<>();
    private long latest;
    private int done;

    Loop(LyingKernel kernel) throws IOException {
      this.kernel = kernel;
      poller = Poller.open(kernel, null, log::add);
    }

    /** Another thread submits a task at that time. */
    void submitAt(long nanos) {
      kernel.at(
          nanos,
          () -> {
            submitted.add(kernel.now());
            poller.wakeup();
          });
    }

    /** Turns until that many tasks are done. */
    void run(int tasks) throws IOException {
      while (done < tasks) {
        assertThat(poller.select(events, -1, submitted::isEmpty)).as("events for users").isZero();
        for (long time : submitted) {
          latest = Math.max(latest, kernel.now() - time);
          done++;
        }
        submitted.clear();
      }
    }

    /** Lets time pass with nothing to do. */
    void idle(long nanos) throws IOException {
      long end = kernel.now() + nanos;
      while (kernel.now() < end) {
        assertThat(poller.select(events, end - kernel.now(), submitted::isEmpty)).isZero();
      }
    }

    String wakeup() {
      return poller.describe().replaceAll(".*wakeup ", "");
    }

    @Override
    public void close() {
      poller.close();
      events.close();
    }
  }

  private static LyingKernel kernel(String platform, Kind guess) {
    LyingKernel kernel = new LyingKernel(platform);
    ScriptedPollers.guess(kernel, guess);
    return kernel;
  }

  static Stream<Arguments> lies() {
    return Stream.of(Lie.values())
        .filter(lie -> lie != Lie.NONE)
        .flatMap(lie ->
            Stream.of(
                Arguments.of("macos-aarch64", TIMER, lie, Lie.NONE, USER),
                Arguments.of("macos-x86_64", TIMER, lie, lie, PIPE),
                Arguments.of("openbsd-x86_64", USER, Lie.NONE, lie, PIPE),
                Arguments.of("netbsd-x86_64", USER, Lie.NONE, lie, PIPE),
                Arguments.of("dragonfly-x86_64", USER, Lie.NONE, lie, PIPE)));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void noTaskIsLateAndTheNextKindIsUsed(String platform, Kind guess, Lie timer, Lie user, Kind last)
      throws IOException {
    LyingKernel kernel = kernel(platform, guess).with(TIMER, timer).with(USER, user);
    try (Loop loop = new Loop(kernel)) {
      Random random = new Random(15);
      long time = 10 * MILLI;
      for (int i = 0; i < TASKS; i++) {
        // Also close to the end of a wait, and one soon after the other.
        time += 1 + random.nextLong(i % 4 == 0 ? MILLI : 60 * MILLI);
        loop.submitAt(time);
      }
      loop.run(TASKS);
      assertThat(loop.latest).isLessThanOrEqualTo(LATEST);
      assertThat(loop.wakeup()).isEqualTo(last.toString());
      assertThat(log).hasSize(last.ordinal() - guess.ordinal());
      assertThat(log.get(0))
          .startsWith("The wakeup " + guess + " of kqueue of the system does not work: it ")
          .contains("; " + Kind.values()[guess.ordinal() + 1] + " is used from now on.")
          .endsWith(" -Dio.github.kqueueffm.wakeup=timer, user or pipe forces one.");
      // The next kind is proven, so that the loop sleeps undisturbed.
      loop.idle(200 * MILLI);
      kernel.takeLongestWait();
      int waits = kernel.waits();
      loop.submitAt(kernel.now() + 500 * MILLI);
      loop.run(TASKS + 1);
      assertThat(kernel.waits()).isEqualTo(waits + 1);
      assertThat(kernel.takeLongestWait()).isEqualTo(500 * MILLI);
    }
    assertThat(kernel.open()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"TIMER", "USER"})
  void truthfulWakeupIsProvenByItsFirstUse(Kind kind) throws IOException {
    LyingKernel kernel = kernel("macos-aarch64", kind);
    try (Loop loop = new Loop(kernel)) {
      assertThat(kernel.waits()).as("waits of the start").isZero();
      loop.submitAt(60 * MILLI);
      loop.run(1);
      assertThat(loop.latest).isZero();
      // Until then no wait is longer than 25 ms.
      assertThat(kernel.takeLongestWait()).isEqualTo(25 * MILLI);
      loop.submitAt(1_000 * MILLI);
      loop.run(2);
      // One wait sees that the wakeup does not repeat; the next one is as long as it likes.
      assertThat(kernel.takeLongestWait()).isEqualTo((1_000 - 60 - 25) * MILLI);
      assertThat(loop.latest).isZero();
      assertThat(loop.wakeup()).isEqualTo(kind.toString());
    }
    assertThat(log).isEmpty();
  }

  @Test
  void proofOfOneLoopServesAllOfTheKernel() throws IOException {
    LyingKernel kernel = kernel("macos-aarch64", TIMER);
    try (Loop first = new Loop(kernel);
        Loop second = new Loop(kernel)) {
      first.submitAt(10 * MILLI);
      first.run(1);
      first.idle(50 * MILLI);
      second.submitAt(1_000 * MILLI);
      kernel.takeLongestWait();
      second.run(1);
      assertThat(kernel.takeLongestWait()).isEqualTo((1_000 - 60) * MILLI);
      try (Loop third = new Loop(kernel)) {
        third.submitAt(2_000 * MILLI);
        third.run(1);
        assertThat(kernel.takeLongestWait()).isEqualTo(1_000 * MILLI);
      }
    }
  }

  @Test
  void lieToOneLoopIsLoggedOnceAndReplacesTheKindForAll() throws IOException {
    LyingKernel kernel = kernel("macos-aarch64", TIMER).with(TIMER, Lie.NEVER_FIRES);
    try (Loop first = new Loop(kernel);
        Loop second = new Loop(kernel)) {
      first.submitAt(10 * MILLI);
      first.run(1);
      second.submitAt(100 * MILLI);
      second.run(1);
      assertThat(second.latest).as("it did not use the timer").isZero();
      assertThat(List.of(first.wakeup(), second.wakeup())).containsOnly("user");
      try (Loop third = new Loop(kernel)) {
        assertThat(third.wakeup()).isEqualTo("user");
      }
    }
    assertThat(log).hasSize(1);
  }

  @Test
  void loopThatEndsBeforeItsWakeupWasUsedLeavesItUnproven() throws IOException {
    LyingKernel kernel = kernel("dragonfly-x86_64", USER);
    new Loop(kernel).close();
    try (Loop idle = new Loop(kernel)) {
      idle.idle(100 * MILLI);
      assertThat(kernel.takeLongestWait()).isEqualTo(25 * MILLI);
    }
    assertThat(kernel.open()).isZero();
    assertThat(log).isEmpty();
  }
}
