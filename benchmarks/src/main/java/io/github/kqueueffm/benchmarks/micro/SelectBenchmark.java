package io.github.kqueueffm.benchmarks.micro;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.selector.Events;
import io.github.kqueueffm.selector.Interest;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.selector.Registration;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The select step: without an event, and with an event of a read that is armed again each time. */
@State(Scope.Thread)
public class SelectBenchmark {
  private static final long FOR_EVER = -1;

  private final Kernel kernel = Kernels.system().forThread();
  private final Events events = new Events(64);
  private final long pair = NativeMemory.allocate(2 * Integer.BYTES);
  private final BooleanSupplier maySleep = this::maySleep;
  private Poller poller;
  private Registration ready;
  private int near;
  private int far;

  @Setup
  public void open() throws IOException {
    poller = Poller.open(Kernels.system());
    int domain = kernel.platform().get(Constant.AF_UNIX);
    int type = kernel.platform().get(Constant.SOCK_STREAM);
    if (kernel.socketpair(domain, type, 0, pair) < 0) {
      throw new IOException("no socketpair");
    }
    near = Memory.getInt(pair);
    far = Memory.getInt(pair + Integer.BYTES);
    ready = poller.add(near, null);
    // It stays readable, because the byte is never read.
    kernel.write(far, pair, 1);
  }

  @TearDown
  public void close() {
    ready.forget();
    poller.close();
    events.close();
    kernel.close(near);
    kernel.close(far);
    kernel.release();
    NativeMemory.free(pair);
  }

  private boolean maySleep() {
    return poller != null;
  }

  @Benchmark
  public int nothingReady() throws IOException {
    return poller.select(events, 0, maySleep);
  }

  @Benchmark
  public int oneReadyAndArmedAgain() throws IOException {
    ready.read(Interest.ONE_SHOT);
    return poller.select(events, FOR_EVER, maySleep);
  }
}
