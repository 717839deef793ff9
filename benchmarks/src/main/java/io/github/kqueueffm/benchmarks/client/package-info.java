/** The clients that generate the load. They always use NIO. */
package io.github.kqueueffm.benchmarks.client;
