/**
 * Waiting for the readiness of descriptors with kqueue, usable without Netty.
 *
 * <p>It has two faces. The one of the book "Epoll, Kqueue and IOCP explained with Rust": a {@link
 * io.github.kqueueffm.selector.Selector}, whose {@link io.github.kqueueffm.selector.Registrator}
 * registers {@link io.github.kqueueffm.selector.TcpStream}s under {@link
 * io.github.kqueueffm.selector.Token}s for {@link io.github.kqueueffm.selector.Interests}, and
 * which fills {@link io.github.kqueueffm.selector.Events}. And the one of an event loop: {@link
 * io.github.kqueueffm.selector.Registration}s whose interest is state, sent to the kernel in the
 * same system call that waits.
 *
 * <p>What differs between systems in that is decided here: how a wait is ended ({@code
 * -Dio.github.kqueueffm.wakeup=timer|user|pipe} forces one of the three ways), and how a peer's
 * going away is noticed while nothing is read.
 */
package io.github.kqueueffm.selector;
