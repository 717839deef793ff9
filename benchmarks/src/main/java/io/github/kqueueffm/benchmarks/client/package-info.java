/** The load; over NIO, whatever serves. */
package io.github.kqueueffm.benchmarks.client;
