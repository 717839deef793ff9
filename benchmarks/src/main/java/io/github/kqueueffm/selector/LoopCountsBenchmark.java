package io.github.kqueueffm.selector;

import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.Kernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the counters cost a loop. */
@State(Scope.Thread)
public class LoopCountsBenchmark {
  private final LoopCounts counts = new LoopCounts(Kernels.system());
  private long now;

  @Setup
  public void begin() {
    counts.begin();
    now = System.nanoTime();
  }

  /** All counts of a turn with one echo. */
  @Benchmark
  public void echo() {
    counts.increment(Count.KEVENTS);
    counts.add(Count.CHANGES, 1);
    counts.add(Count.EVENTS, 1);
    counts.increment(Count.TURNS);
    counts.received(1, 100);
    counts.sent(1, 100);
  }

  /** The clock of a turn that waits, without the reading that the wait needs anyway. */
  @Benchmark
  public void turnThatWaits() {
    counts.waits(now);
    counts.waited();
  }

  /** The clock alone. */
  @Benchmark
  public long nanoTime() {
    return System.nanoTime();
  }
}
