/** Benchmarks of what only its package can reach. */
package io.github.kqueueffm.channel;
