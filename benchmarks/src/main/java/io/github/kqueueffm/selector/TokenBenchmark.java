package io.github.kqueueffm.selector;

import io.github.kqueueffm.syscall.Kernels;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** Looks up a registration by an event's token. */
@State(Scope.Thread)
public class TokenBenchmark {
  private static final int LOOKED_UP = 64;

  /** The number of registrations. */
  @Param({"100", "15000"})
  public int registrations;

  private final RegistrationTable table = new RegistrationTable();
  private final long[] tokens = new long[LOOKED_UP];
  private Poller poller;

  @Setup
  public void fill() throws IOException {
    poller = Poller.open(Kernels.system());
    for (int i = 0; i < registrations; i++) {
      Registration registration = new Registration(poller, table.nextId(), i, null);
      table.put(registration);
      tokens[i % LOOKED_UP] = registration.id();
    }
  }

  @TearDown
  public void close() {
    poller.close();
  }

  @Benchmark
  @OperationsPerInvocation(LOOKED_UP)
  public void lookUp(Blackhole blackhole) {
    for (long token : tokens) {
      blackhole.consume(table.get(token));
    }
  }
}
