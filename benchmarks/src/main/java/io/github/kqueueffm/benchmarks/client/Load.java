package io.github.kqueueffm.benchmarks.client;

import io.github.kqueueffm.benchmarks.Workload;
import io.github.kqueueffm.benchmarks.server.Service;
import io.netty.channel.EventLoopGroup;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** The clients of one workload, on one event loop, and what they count. */
public abstract class Load implements AutoCloseable {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;

  private final SingleWriterRecorder recorder = new SingleWriterRecorder(MAX_NANOS, DIGITS);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile long operations;

  /**
   * The clients of a workload, not yet connected.
   *
   * @param group of one event loop
   * @param port of a server on the loopback, unless it is a local one
   * @param path of a local server
   */
  public static Load of(Workload workload, EventLoopGroup group, int port, String path) {
    Peers peers =
        workload.service() == Service.LOCAL ? Peers.local(group, path) : Peers.tcp(group, port);
    return switch (workload.kind()) {
      case ASK -> new AskLoad(peers, workload, Question.of(workload.service()));
      case PUSH -> new PushLoad(peers);
      case PULL -> new PullLoad(peers);
      case CHURN -> new ChurnLoad(peers, workload.connections());
      case DATAGRAM -> new DatagramLoad(group, port, workload.connections());
      case START -> throw new IllegalArgumentException(workload + " has no lasting load");
    };
  }

  /** Connects, and lets the connections that are to be active begin. */
  public abstract void start() throws Exception;

  @Override
  public abstract void close();

  /** How many operations were completed since the start. */
  public final long operations() throws LoadFailedException {
    check();
    return operations;
  }

  /** The latencies since the last call, in nanoseconds; empty where none are measured. */
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

  /** On the loop's thread only, as {@link #count}. */
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
