/**
 * A simulated kernel of macOS, the BSDs and Linux, on which the transport runs without a system
 * call of its sockets. It proves the transport's code, not the kernels: its quirks and the code
 * have the same sources.
 */
package io.github.kqueueffm.simulation;
