package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.LongAdder;

/**
 * A simulated kernel that measures its CPU time. To read that time costs more than a call, so that
 * the reading is measured, too, and taken off.
 */
final class MeasuredKernel extends SimulatedKernel {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final int READINGS = 200_000;

  private final LongAdder nanos = new LongAdder();
  private final LongAdder calls = new LongAdder();
  private volatile boolean measures;

  MeasuredKernel(World world) {
    super(world, Faults.NONE);
  }

  /** Starts or stops the measurement. */
  void measure(boolean on) {
    nanos.reset();
    calls.reset();
    measures = on;
  }

  /** {@return CPU time between the readings around the calls since {@link #measure}} */
  long nanos() {
    return nanos.sum();
  }

  /** {@return calls since {@link #measure}} */
  long calls() {
    return calls.sum();
  }

  /** {@return nanoseconds of CPU time that one reading costs} */
  static double nanosOfReading() {
    long start = 0;
    for (int i = -READINGS; i < READINGS; i++) {
      long now = THREADS.getCurrentThreadCpuTime();
      if (i == 0) {
        start = now;
      }
    }
    return (double) (THREADS.getCurrentThreadCpuTime() - start) / READINGS;
  }

  @Override
  long make(Call call, long a, long b, long c, long d, long e, long f, long g) {
    if (!measures) {
      return super.make(call, a, b, c, d, e, f, g);
    }
    long start = THREADS.getCurrentThreadCpuTime();
    try {
      return super.make(call, a, b, c, d, e, f, g);
    } finally {
      nanos.add(THREADS.getCurrentThreadCpuTime() - start);
      calls.increment();
    }
  }
}
