package io.github.kqueueffm.demo;

import io.netty.channel.EventLoopGroup;
import org.HdrHistogram.Histogram;

/** A server on one transport, and its clients. */
final class Round {
  private static final long SETTLE_MILLIS = 100;

  private final Transport transport;
  private final DemoServer server;
  private final EventLoopGroup client;

  Round(Transport transport, DemoServer server, EventLoopGroup client) {
    this.transport = transport;
    this.server = server;
    this.client = client;
  }

  /** Runs one turn on new connections, which warm up before anything is counted. */
  Measurement turn(Workload workload, long millis) throws Exception {
    try {
      Load load = Load.start(client, workload, server.address(workload));
      load.run(SETTLE_MILLIS);
      long allocated = server.allocatedBytes();
      long start = System.nanoTime();
      Histogram latencies = load.run(millis).copy();
      long nanos = System.nanoTime() - start;
      allocated = server.allocatedBytes() - allocated;
      load.stop();
      return new Measurement(transport.name(), workload, latencies, nanos, allocated);
    } catch (WrongAnswerException e) {
      throw new WrongAnswerException(
          transport.name() + ", " + workload.title() + ": " + e.getMessage(), e);
    }
  }
}
