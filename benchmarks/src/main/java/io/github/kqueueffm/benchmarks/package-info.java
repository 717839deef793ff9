/** Measures this transport beside Netty's own, in fresh server processes, turn and turn about. */
package io.github.kqueueffm.benchmarks;
