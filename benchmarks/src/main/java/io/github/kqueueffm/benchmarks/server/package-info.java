/** The measured process: one service over one transport. */
package io.github.kqueueffm.benchmarks.server;
