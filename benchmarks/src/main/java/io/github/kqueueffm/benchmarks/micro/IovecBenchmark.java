package io.github.kqueueffm.benchmarks.micro;

import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Kernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Gathers sixteen pieces for a writev. */
@State(Scope.Thread)
public class IovecBenchmark {
  private static final int PIECES = 16;

  private final IovecArray iovecs = new IovecArray(Kernels.system().platform(), 1024);

  @TearDown
  public void free() {
    iovecs.free();
  }

  @Benchmark
  public long gather() {
    iovecs.clear();
    for (int i = 1; i <= PIECES; i++) {
      iovecs.add(i * 4096L, 100);
    }
    return iovecs.size();
  }
}
