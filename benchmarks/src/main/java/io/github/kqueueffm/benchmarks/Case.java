package io.github.kqueueffm.benchmarks;

import io.github.kqueueffm.benchmarks.client.Load;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** One measurement of one workload on one peer. */
final class Case {
  private static final double MICRO = 1e3;
  private static final long STEP_MILLIS = 500;
  private static final double QUIET_SHARE = 0.05;
  private static final long FIRST_OPERATION_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Settings settings;
  private final WorkFiles files;
  private final SystemCalls systemCalls;
  private final int round;
  private final Workload workload;
  private final Peer peer;

  /**
   * @param systemCalls how to count them, or {@link SystemCalls#NONE}
   */
  Case(
      Settings settings,
      WorkFiles files,
      SystemCalls systemCalls,
      int round,
      Workload workload,
      Peer peer) {
    this.settings = settings;
    this.files = files;
    this.systemCalls = systemCalls;
    this.round = round;
    this.workload = workload;
    this.peer = peer;
  }

  Measurement measure() throws Exception {
    if (workload.kind() == Workload.Kind.START) {
      return new Start(settings, files, round, workload, peer).measure();
    }
    String path = path();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (ServerProcess server =
            ServerProcess.start(peer, workload, path, settings.serverArguments());
        Load load = Load.of(workload, group, server.port(), path)) {
      return measure(server, load);
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  private String path() throws IOException {
    return switch (workload.service()) {
      case FILE, REGION -> files.big().toString();
      case LOCAL -> files.nextSocket().toString();
      default -> "";
    };
  }

  private Measurement measure(ServerProcess server, Load load) throws Exception {
    boolean memory = workload.measuresMemory();
    double heap = memory ? server.liveBytes() : Double.NaN;
    double resident = memory ? server.residentBytes() : Double.NaN;
    load.start();
    awaitFirstOperation(load);
    warmUp(server);

    load.latencies();
    Noise noise = Noise.beside(server.handle());
    double allocated = server.allocatedBytes();
    CpuTime cpu = CpuTime.of(server.handle());
    long operations = load.operations();
    long start = System.nanoTime();
    Thread.sleep(settings.windowMillis());
    long end = System.nanoTime();
    CpuTime cpuAtEnd = CpuTime.of(server.handle());
    double done = load.operations() - operations;
    double allocatedAtEnd = server.allocatedBytes();
    double share = noise.share();
    Histogram latencies = load.latencies();

    if (done == 0) {
      throw new IllegalStateException("no operation was completed within the window");
    }
    double calls = systemCalls.perOperation(server, load);
    return new Measurement(
        round,
        workload,
        peer.name(),
        done * 1e9 / (end - start),
        percentile(latencies, 50),
        percentile(latencies, 99),
        percentile(latencies, 99.9),
        (cpuAtEnd.nanos() - cpu.nanos()) / MICRO / done,
        (cpuAtEnd.userNanos() - cpu.userNanos()) / MICRO / done,
        (cpuAtEnd.systemNanos() - cpu.systemNanos()) / MICRO / done,
        (allocatedAtEnd - allocated) / done,
        calls,
        memory ? (server.liveBytes() - heap) / workload.connections() : Double.NaN,
        memory ? (server.residentBytes() - resident) / workload.connections() : Double.NaN,
        share);
  }

  /** A handshake in a JVM that has just started may take long. */
  private void awaitFirstOperation(Load load) throws Exception {
    long start = System.nanoTime();
    while (load.operations() == 0) {
      if (System.nanoTime() - start > FIRST_OPERATION_NANOS) {
        throw new IllegalStateException(workload.id() + " on " + peer.name() + " does nothing");
      }
      Thread.sleep(10);
    }
  }

  /** Waits until the JIT compilers are almost idle, within the times in the settings. */
  private void warmUp(ServerProcess server) throws Exception {
    Thread.sleep(settings.warmupMillis());
    double before = CpuTime.ofCompilers(server.handle());
    long left = settings.longestWarmupMillis() - settings.warmupMillis();
    for (; left > 0; left -= STEP_MILLIS) {
      Thread.sleep(STEP_MILLIS);
      double now = CpuTime.ofCompilers(server.handle());
      if (now - before < QUIET_SHARE * TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS)) {
        return;
      }
      before = now;
    }
  }

  private static double percentile(Histogram latencies, double percentile) {
    return latencies.getTotalCount() == 0
        ? Double.NaN
        : latencies.getValueAtPercentile(percentile) / MICRO;
  }
}
