package io.github.kqueueffm.selector.book;

/**
 * What a user registers a stream under, and finds again in its events.
 *
 * @param value any number; it travels through the kernel in {@code udata} unchanged
 */
public record Token(long value) {}
