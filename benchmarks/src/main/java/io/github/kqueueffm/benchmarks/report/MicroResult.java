package io.github.kqueueffm.benchmarks.report;

/**
 * What JMH found.
 *
 * @param error half of the interval of 99.9 % confidence
 * @param allocatedBytes for each operation
 */
public record MicroResult(String name, double nanos, double error, double allocatedBytes) {}
