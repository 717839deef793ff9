package io.github.kqueueffm.demo;

import java.util.List;
import org.HdrHistogram.Histogram;

/** The results of one workload on one transport. */
record Measurement(
    String transport, Workload workload, Histogram latencies, long nanos, long allocatedBytes) {

  /** {@return the sum of several turns of one workload on one transport} */
  static Measurement sum(List<Measurement> turns) {
    Measurement first = turns.getFirst();
    Histogram latencies = first.latencies.copy();
    long nanos = first.nanos;
    long allocatedBytes = first.allocatedBytes;
    for (Measurement turn : turns.subList(1, turns.size())) {
      latencies.add(turn.latencies);
      nanos += turn.nanos;
      allocatedBytes += turn.allocatedBytes;
    }
    return new Measurement(first.transport, first.workload, latencies, nanos, allocatedBytes);
  }

  double requestsPerSecond() {
    return latencies.getTotalCount() * 1e9 / nanos;
  }

  /** In microseconds. */
  double latency(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e3;
  }

  /** By the server's event loop. */
  double allocatedBytesPerRequest() {
    return (double) allocatedBytes / latencies.getTotalCount();
  }
}
