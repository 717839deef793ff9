/** Measures this transport and Netty's own in turn, each measurement with a new server process. */
package io.github.kqueueffm.benchmarks;
