/**
 * The select step: interests become changes, and one kevent call sends them and waits.
 *
 * <p>{@link io.github.kqueueffm.selector.Poller} is what the event loop and the book's selector go
 * through. What differs between systems in that is decided here: how a wait is ended ({@code
 * -Dio.github.kqueueffm.wakeup=timer|user|pipe} forces one of the three ways), and how the close of
 * a peer is noticed while nothing is read.
 */
package io.github.kqueueffm.selector;
