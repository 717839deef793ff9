/** The process that is measured: one service over one transport. */
package io.github.kqueueffm.benchmarks.server;
