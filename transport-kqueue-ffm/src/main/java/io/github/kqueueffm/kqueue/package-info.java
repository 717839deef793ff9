/**
 * The interface {@code kevent()} and its providers: the kernel's kqueue, libkqueue, and the
 * embedded kqueue on epoll.
 */
package io.github.kqueueffm.kqueue;
