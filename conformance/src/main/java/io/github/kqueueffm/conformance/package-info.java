/**
 * A program that checks on a system the facts that this transport relies on: the ABI, the semantics
 * of kqueue, wakeups, and the channels. It needs only a JDK.
 */
package io.github.kqueueffm.conformance;
