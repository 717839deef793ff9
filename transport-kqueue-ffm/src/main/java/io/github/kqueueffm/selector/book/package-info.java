/**
 * The selector of the kqueue chapter of "Epoll, Kqueue and IOCP explained with Rust", usable
 * without Netty: a {@link io.github.kqueueffm.selector.book.Selector}, whose {@link
 * io.github.kqueueffm.selector.book.Registrator} registers {@link
 * io.github.kqueueffm.selector.book.TcpStream}s under {@link
 * io.github.kqueueffm.selector.book.Token}s for {@link
 * io.github.kqueueffm.selector.book.Interests}, and which fills {@link
 * io.github.kqueueffm.selector.book.Events}.
 */
@NullMarked
package io.github.kqueueffm.selector.book;

import org.jspecify.annotations.NullMarked;
