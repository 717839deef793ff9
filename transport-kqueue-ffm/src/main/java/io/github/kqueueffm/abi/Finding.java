package io.github.kqueueffm.abi;

/**
 * What a platform file states about a {@link Trait}.
 *
 * @param value what the trait is
 * @param measured whether it was measured on the system's own kernel code and holds on every
 *     release that the file covers; else it is a first guess
 * @param evidence where it was measured or read
 */
public record Finding(String value, boolean measured, String evidence) {}
