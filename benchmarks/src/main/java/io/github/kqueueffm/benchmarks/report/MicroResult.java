package io.github.kqueueffm.benchmarks.report;

/**
 * A result of JMH.
 *
 * @param error half of the interval with 99.9 % confidence
 * @param allocatedBytes bytes allocated per operation
 */
public record MicroResult(String name, double nanos, double error, double allocatedBytes) {}
