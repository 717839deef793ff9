package io.github.kqueueffm.benchmarks;

/**
 * One measurement. A value that does not apply or cannot be measured is NaN.
 *
 * @param p50 median latency in microseconds, as the other latencies; of a start, the time to the
 *     first echo
 * @param userMicros CPU time of the server per operation in user code
 * @param systemMicros CPU time per operation in the kernel
 * @param heapBytes the heap per connection
 * @param noise the share of one processor that other processes used meanwhile
 */
public record Measurement(
    int round,
    Workload workload,
    String transport,
    double operationsPerSecond,
    double p50,
    double p99,
    double p999,
    double cpuMicros,
    double userMicros,
    double systemMicros,
    double allocatedBytes,
    double systemCalls,
    double heapBytes,
    double residentBytes,
    double noise) {

  /** The share of a processor above which other load counts as a disturbance. */
  public static double mostNoise() {
    return Noise.MOST;
  }

  public boolean isDisturbed() {
    return Noise.isTooMuch(noise);
  }
}
