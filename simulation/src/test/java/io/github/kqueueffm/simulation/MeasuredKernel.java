package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.LongAdder;

/** A simulated kernel that measures its CPU time. */
final class MeasuredKernel extends SimulatedKernel {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final LongAdder nanos = new LongAdder();
  private volatile boolean measures;

  MeasuredKernel(World world) {
    super(world, Faults.NONE);
  }

  /** Starts or stops the measurement. */
  void measure(boolean on) {
    nanos.reset();
    measures = on;
  }

  /** {@return CPU time of the calls since {@link #measure}, in nanoseconds} */
  long nanos() {
    return nanos.sum();
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
    }
  }
}
