package io.github.kqueueffm.kqueue.epoll;

/**
 * What is known of a descriptor's number. It is kept when the descriptor goes and serves the next
 * one of that number, so that another connection allocates nothing.
 */
final class Fd {
  /** What EPOLLERR means depends on it; {@link SocketDetails} asks the kernel when that is seen. */
  enum Type {
    UNKNOWN,
    STREAM,
    DATAGRAM
  }

  final int number;
  final FdKnote read = new FdKnote(true);
  final FdKnote write = new FdKnote(false);

  /** Whether the main epoll has it, as far as is known. {@link MainEpoll} changes it. */
  boolean registered;

  /** What the main epoll waits for, which can be more than what is armed. */
  int mask;

  /** Whether it is listed as one that has EPOLLOUT in its mask and does not need it. */
  boolean listed;

  /** The errno with which a rebuilt main epoll has refused it though it has knotes, or 0. */
  int refusal;

  Type type = Type.UNKNOWN;

  /** The last event had no room for the write side, so its turn is first. */
  boolean writeFirst;

  /** Whether it is one of those that the kqueue consists of, and so cannot be a user's. */
  boolean own;

  private int generation;

  Fd(int number) {
    this.number = number;
  }

  FdKnote knote(boolean isRead) {
    return isRead ? read : write;
  }

  int armedBits() {
    return read.armedBits() | write.armedBits();
  }

  /** What epoll hands back: tells this life of the number from earlier ones. */
  long token() {
    return (long) (generation & Integer.MAX_VALUE) << 32 | number;
  }

  static int numberOf(long token) {
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
