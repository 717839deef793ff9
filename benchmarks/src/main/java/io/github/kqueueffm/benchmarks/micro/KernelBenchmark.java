package io.github.kqueueffm.benchmarks.micro;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A downcall with the shortest possible system call, which the kernel refuses immediately. */
@State(Scope.Thread)
public class KernelBenchmark {
  private static final int NO_DESCRIPTOR = -1;

  private final Kernel forAllThreads = Kernels.system();
  private Kernel bound;

  @Setup
  public void bind() {
    bound = forAllThreads.forThread();
  }

  @TearDown
  public void release() {
    bound.release();
  }

  @Benchmark
  public int loopsOwn() {
    return bound.close(NO_DESCRIPTOR);
  }

  @Benchmark
  public int forAllThreads() {
    return forAllThreads.close(NO_DESCRIPTOR);
  }
}
