package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.KeventLayout;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Arms a read again: one interest and its change in the list. */
@State(Scope.Thread)
public class ChangeBatchBenchmark {
  private static final int REGISTRATIONS = 64;
  private static final int ROOM = 1024;

  private final Registration[] registrations = new Registration[REGISTRATIONS];
  private Poller poller;
  private Changes changes;

  @Setup
  public void open() throws IOException {
    Kernel kernel = Kernels.system();
    KqueueConstants constants = new KqueueConstants(kernel.platform());
    poller = Poller.open(Kernels.system());
    changes = new Changes(constants, new KeventLayout(kernel.keventStruct()), true, false);
    for (int i = 0; i < REGISTRATIONS; i++) {
      registrations[i] = new Registration(poller, i, i, null);
    }
  }

  @TearDown
  public void close() {
    changes.free();
    poller.close();
  }

  @Benchmark
  @OperationsPerInvocation(REGISTRATIONS)
  public int armAgain() {
    for (Registration registration : registrations) {
      registration.readState().delivered(false);
      registration.readState().want(Interest.ONE_SHOT);
      changes.dirty(registration);
    }
    changes.collect(ROOM);
    int count = changes.count();
    changes.sent(count);
    return count;
  }
}
