package io.github.kqueueffm.benchmarks.client;

import io.github.kqueueffm.benchmarks.Workload;
import io.github.kqueueffm.benchmarks.server.Service;
import io.netty.channel.EventLoopGroup;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** The clients of one workload on one event loop, and their counts. */
public abstract class Load implements AutoCloseable {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;

  private final SingleWriterRecorder recorder = new SingleWriterRecorder(MAX_NANOS, DIGITS);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile long operations;

  /**
   * Creates the clients of a workload, which are not yet connected.
   *
   * @param group a group of one event loop
   * @param port the port of a server on the loopback, unless it has a local socket
   * @param path the path of a server's local socket
   */
  public static Load of(Workload workload, EventLoopGroup group, int port, String path) {
    Peers peers =
        workload.service() == Service.LOCAL ? Peers.local(group, path) : Peers.tcp(group, port);
    return switch (workload.kind()) {
      case ASK -> new AskLoad(peers, workload, Question.of(workload.service()));
      case PUSH -> new PushLoad(peers);
      case PULL -> new PullLoad(peers);
      case CHURN -> new ChurnLoad(peers, workload.connections());
      case DATAGRAM -> new DatagramLoad(group, port, workload.connections(), workload.active());
      case START -> throw new IllegalArgumentException(workload + " has no lasting load");
    };
  }

  /** Connects, and starts the active connections. */
  public abstract void start() throws Exception;

  @Override
  public abstract void close();

  /** {@return the number of operations that were completed since the start} */
  public final long operations() throws LoadFailedException {
    check();
    return operations;
  }

  /**
   * {@return the latencies since the last call, in nanoseconds; empty if the workload does not
   * measure them}
   */
  public final Histogram latencies() throws LoadFailedException {
    check();
    return recorder.getIntervalHistogram();
  }

  private void check() throws LoadFailedException {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new LoadFailedException(cause);
    }
  }

  /** To be called on the loop's thread, as {@link #count}. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  final void answered(long nanos) {
    recorder.recordValue(Math.min(nanos, MAX_NANOS));
    operations++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  final void count(long more) {
    operations += more;
  }

  final void fail(Throwable cause) {
    failure.compareAndSet(null, cause);
  }

  final void fail(SocketAddress peer, String what) {
    fail(new IllegalStateException(peer + ": " + what));
  }
}
