package io.github.kqueueffm.benchmarks;

/**
 * One measurement. What does not apply, or cannot be measured here, is NaN.
 *
 * @param p50 and the other latencies in microseconds; of a start, from there to the first echo
 * @param userMicros CPU time of the server for each operation in its own code
 * @param systemMicros the same in the kernel
 * @param heapBytes that a connection takes
 * @param noise how much of one processor others used meanwhile
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

  /** The share of a processor above which others disturb. */
  public static double mostNoise() {
    return Noise.MOST;
  }

  public boolean isDisturbed() {
    return Noise.isTooMuch(noise);
  }
}
