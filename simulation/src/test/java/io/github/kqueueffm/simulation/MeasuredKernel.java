package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.LongAdder;

/** A simulated kernel that measures the CPU time of its own. */
final class MeasuredKernel extends SimulatedKernel {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final LongAdder nanos = new LongAdder();
  private volatile boolean measures;

  MeasuredKernel(World world) {
    super(world, Faults.NONE);
  }

  /** Measures from now on, or no more. */
  void measure(boolean on) {
    nanos.reset();
    measures = on;
  }

  /** {@return CPU time of the calls since {@link #measure}, in nanoseconds} */
  long nanos() {
    return nanos.sum();
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f) {
    if (!measures) {
      return super.callInt(call, a, b, c, d, e, f);
    }
    long start = THREADS.getCurrentThreadCpuTime();
    try {
      return super.callInt(call, a, b, c, d, e, f);
    } finally {
      nanos.add(THREADS.getCurrentThreadCpuTime() - start);
    }
  }

  @Override
  protected long callLong(Call call, long a, long b, long c, long d, long e, long f) {
    if (!measures) {
      return super.callLong(call, a, b, c, d, e, f);
    }
    long start = THREADS.getCurrentThreadCpuTime();
    try {
      return super.callLong(call, a, b, c, d, e, f);
    } finally {
      nanos.add(THREADS.getCurrentThreadCpuTime() - start);
    }
  }
}
