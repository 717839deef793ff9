/**
 * The system calls ({@link io.github.kqueueffm.syscall.Kernel}, with primitive parameters and a
 * negative errno for a failure) and the memory that they read and write: socket addresses, iovecs,
 * control messages.
 *
 * <p>Only this package uses restricted foreign access, and only in one class.
 */
package io.github.kqueueffm.syscall;
