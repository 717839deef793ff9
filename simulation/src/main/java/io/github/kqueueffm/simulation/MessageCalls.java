package io.github.kqueueffm.simulation;

/** The calls that receive and send, and the structs that they take. */
final class MessageCalls {
  private final World world;

  MessageCalls(World world) {
    this.world = world;
  }

  /** recv. */
  long receive(OpenFile file, long buffer, long length, int flags) {
    throw new UnsupportedOperationException();
  }

  /** recvmsg. */
  long receive(OpenFile file, long msghdr, int flags) {
    throw new UnsupportedOperationException();
  }

  /** send, and sendto with an address. */
  long send(OpenFile file, long buffer, long length, int flags, long address, int addressLength) {
    throw new UnsupportedOperationException();
  }

  /** sendmsg. */
  long send(OpenFile file, long msghdr, int flags) {
    throw new UnsupportedOperationException();
  }

  long receiveMany(OpenFile file, long mmsghdrs, int count, int flags) {
    throw new UnsupportedOperationException();
  }

  long sendMany(OpenFile file, long mmsghdrs, int count, int flags) {
    throw new UnsupportedOperationException();
  }

  /** connectx; {@code length} is where the number of bytes sent goes, or 0. */
  long connectx(OpenFile file, long endpoints, long flags, long iovec, int count, long length) {
    throw new UnsupportedOperationException();
  }
}
