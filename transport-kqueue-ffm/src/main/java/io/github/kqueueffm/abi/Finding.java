package io.github.kqueueffm.abi;

/**
 * The value of a {@link Trait} in a platform file.
 *
 * @param value the trait's value
 * @param measured whether the value was measured on the system's kernel code and holds on every
 *     release that the file covers; otherwise it is a first guess
 * @param evidence where it was measured or read
 */
public record Finding(String value, boolean measured, String evidence) {}
