/**
 * The system calls: {@link io.github.kqueueffm.syscall.Kernel} with primitives in and a negative
 * errno out, and the memory that they read and write (socket addresses, iovecs, control messages).
 *
 * <p>The only room that touches restricted foreign access, all of it in one class.
 */
package io.github.kqueueffm.syscall;
