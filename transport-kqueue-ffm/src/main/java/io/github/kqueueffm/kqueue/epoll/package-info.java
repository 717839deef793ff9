/**
 * The kqueue for Linux: knotes over epoll(7), eventfd(2) and timerfd_create(2).
 *
 * <p>{@link io.github.kqueueffm.kqueue.epoll.EpollKqueue} takes the lock and splits a kevent call
 * into its steps. {@code FdKnotes} and {@code TimerAndUserKnotes} apply changes, {@code EpollWait}
 * decides how long a thread sleeps, {@code EventDelivery} makes events of what epoll reports.
 */
package io.github.kqueueffm.kqueue.epoll;
