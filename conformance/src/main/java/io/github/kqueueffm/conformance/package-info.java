/**
 * A program that tells whether this transport's knowledge of a system holds on it: the ABI, the
 * semantics of kqueue, wakeups, and the channels. Needs nothing but a JDK.
 */
package io.github.kqueueffm.conformance;
