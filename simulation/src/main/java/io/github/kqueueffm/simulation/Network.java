package io.github.kqueueffm.simulation;

/** The sockets of a simulated system, their names, and the ways between them. */
final class Network {
  private final World world;

  Network(World world) {
    this.world = world;
  }

  /** {@return a new socket, or {@code null}, with the errno in {@link #refusal()}} */
  OpenFile socket(int domain, int type, int protocol) {
    throw new UnsupportedOperationException();
  }

  /** {@return two connected sockets, or {@code null}, with the errno in {@link #refusal()}} */
  OpenFile[] pair(int domain, int type) {
    throw new UnsupportedOperationException();
  }

  /** {@return the negative errno of the last {@link #socket} or {@link #pair} that was refused} */
  int refusal() {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether accept takes a connection off the queue although no descriptor is free, and closes it,
   * as macOS does.
   */
  boolean acceptsWithoutDescriptor(OpenFile listener) {
    throw new UnsupportedOperationException();
  }

  /** Whether it is a socket of AF_INET6, which shows IPv4 addresses as v4-mapped. */
  boolean isInet6(OpenFile file) {
    throw new UnsupportedOperationException();
  }
}
