/** Tests of what the reports say. */
package io.github.kqueueffm.benchmarks.report;
