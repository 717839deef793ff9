package io.github.kqueueffm.testsuite.demo;

import org.HdrHistogram.Histogram;

/** What one workload did on one transport. */
record Measurement(
    String transport, Workload workload, Histogram latencies, long nanos, long allocatedBytes) {

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
