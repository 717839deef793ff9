package io.github.kqueueffm.kqueue;

/**
 * What is known of a descriptor's number. It is kept when the descriptor goes and serves the next
 * one of that number, so that a connection more costs no object.
 */
final class Descriptor {
  /** What EPOLLERR means depends on it; asked of the kernel only when that is seen. */
  enum Type {
    UNKNOWN,
    STREAM,
    DATAGRAM
  }

  final int fd;
  final Knote read = new Knote(true);
  final Knote write = new Knote(false);

  /** Whether the main epoll has it, as far as is known. */
  boolean registered;

  /** What the main epoll waits for; bits may be more than what is armed. */
  int mask;

  Type type = Type.UNKNOWN;

  /** The last event had no room for the write side, so its turn is first. */
  boolean writeFirst;

  /** In the list of those that have EPOLLOUT in the mask without need. */
  boolean listed;

  Descriptor nextListed;

  /** Whether it is one of those that the kqueue consists of, and so cannot be a user's. */
  boolean own;

  /** The errno with which the main epoll has refused it though it has knotes, or 0. */
  int refusal;

  Descriptor nextRefused;

  private int generation;

  Descriptor(int fd) {
    this.fd = fd;
  }

  /** What epoll is to hand back: tells this life of the number from earlier ones. */
  long token() {
    return (long) (generation & Integer.MAX_VALUE) << 32 | fd;
  }

  static int fdOf(long token) {
    return (int) token;
  }

  /** Forgets all, as for a descriptor that has just been opened. */
  void reset() {
    generation++;
    registered = false;
    mask = 0;
    type = Type.UNKNOWN;
    writeFirst = false;
    read.reset();
    write.reset();
  }
}
