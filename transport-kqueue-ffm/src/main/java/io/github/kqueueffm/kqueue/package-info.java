/**
 * One {@code kevent()} and its providers: the system's own, libkqueue's, and the embedded one on
 * epoll.
 */
package io.github.kqueueffm.kqueue;
