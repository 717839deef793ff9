package io.github.kqueueffm.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A datagram that is on its way or waits to be received.
 *
 * @param bytes its content
 * @param from the sender, which may be unnamed
 * @param to the address that it was sent to, or {@code null} for a local one
 * @param interfaceIndex where it came in, or 0
 * @param files whose descriptors it carries, each held once
 * @param segment bytes of each datagram but the last if it stands for several, else 0
 */
record Datagram(
    byte[] bytes, Address from, Address to, int interfaceIndex, List<OpenFile> files, int segment) {
  Datagram(byte[] bytes, Address from, Address to, int interfaceIndex, List<OpenFile> files) {
    this(bytes, from, to, interfaceIndex, files, 0);
  }

  /** Whether it stands for several datagrams. */
  boolean isSeveral() {
    return segment != 0 && bytes.length > segment;
  }

  /** {@return the datagrams for which it stands} */
  List<Datagram> cut() {
    if (!isSeveral()) {
      return List.of(this);
    }
    List<Datagram> datagrams = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += segment) {
      byte[] part = Arrays.copyOfRange(bytes, at, Math.min(at + segment, bytes.length));
      datagrams.add(new Datagram(part, from, to, interfaceIndex, files));
    }
    return datagrams;
  }
}
