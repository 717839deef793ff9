/** Tests of the benchmark's own parts. */
package io.github.kqueueffm.benchmarks;
