package io.github.kqueueffm.testsuite.demo;

import io.netty.channel.EventLoopGroup;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** All workloads on one transport, one after the other. */
final class Round {
  private static final long WARM_UP_MILLIS = 1_000;
  private static final long SETTLE_MILLIS = 500;
  private static final long TICK_MILLIS = 1_000;

  private final Transport transport;
  private final DemoServer server;
  private final EventLoopGroup client;

  Round(Transport transport, DemoServer server, EventLoopGroup client) {
    this.transport = transport;
    this.server = server;
    this.client = client;
  }

  /** Gives the JIT compiler something to see: whoever comes first would pay for it. */
  void warmUp() throws Exception {
    for (Workload workload : Workload.values()) {
      under(workload, load -> load.run(WARM_UP_MILLIS));
    }
  }

  List<Measurement> measure(int seconds, PrintStream progress) throws Exception {
    List<Measurement> measurements = new ArrayList<>();
    for (Workload workload : Workload.values()) {
      measurements.add(under(workload, load -> measure(load, workload, seconds, progress)));
    }
    return measurements;
  }

  private <T> T under(Workload workload, Work<T> work) throws Exception {
    try {
      Load load = Load.start(client, workload, server.address(workload));
      T result = work.with(load);
      load.stop();
      return result;
    } catch (WrongAnswerException e) {
      throw new WrongAnswerException(
          transport.name() + ", " + workload.title() + ": " + e.getMessage(), e);
    }
  }

  private Measurement measure(Load load, Workload workload, int seconds, PrintStream progress)
      throws Exception {
    Histogram total = load.run(SETTLE_MILLIS).copy();
    total.reset();
    long allocated = server.allocatedBytes();
    long start = System.nanoTime();
    for (int second = 1; second <= seconds; second++) {
      total.add(load.run(TICK_MILLIS));
      progress.printf(
          "%-10s  %-24s  %d s  %,9d answers, every byte right%n",
          transport.name(), workload.title(), second, total.getTotalCount());
    }
    long nanos = System.nanoTime() - start;
    allocated = server.allocatedBytes() - allocated;
    return new Measurement(transport.name(), workload, total, nanos, allocated);
  }

  private interface Work<T> {
    T with(Load load) throws Exception;
  }
}
