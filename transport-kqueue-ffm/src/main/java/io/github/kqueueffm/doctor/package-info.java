/**
 * The doctor: what this machine offers the transport, and what an application's class path makes of
 * it. It works without Netty, and says on an older Java what is missing.
 *
 * <p>Everything here but {@code ThisMachine} is compiled for Java 17, and no class here depends on
 * Netty's.
 */
package io.github.kqueueffm.doctor;
