package io.github.kqueueffm.simulation;

import java.util.List;

/**
 * A datagram that is on its way or waits to be received.
 *
 * @param bytes its content
 * @param from the sender, which may be unnamed
 * @param to the address that it was sent to, or {@code null} for a local one
 * @param interfaceIndex where it came in, or 0
 * @param files whose descriptors it carries, each held once
 */
record Datagram(byte[] bytes, Address from, Address to, int interfaceIndex, List<OpenFile> files) {}
