/**
 * The kqueue for Linux: knotes over epoll(7), eventfd(2) and timerfd_create(2).
 *
 * <p>{@link io.github.kqueueffm.kqueue.epoll.EpollKqueue} takes the lock and performs the steps of
 * a kevent call. {@code FdKnotes} and {@code TimerAndUserKnotes} apply changes, {@code EpollWait}
 * decides how long a thread sleeps, {@code EventDelivery} turns reports of epoll into events.
 */
package io.github.kqueueffm.kqueue.epoll;
