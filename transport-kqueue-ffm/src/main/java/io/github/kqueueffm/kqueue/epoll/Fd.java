package io.github.kqueueffm.kqueue.epoll;

/**
 * The state of a descriptor's number. It is kept after the descriptor is closed and serves the next
 * one of that number, so that a new connection does not allocate.
 */
final class Fd {
  /**
   * The kind of the file, on which the meaning of EPOLLERR depends. {@link SocketDetails} asks the
   * kernel for it at the first EPOLLERR.
   */
  enum Type {
    UNKNOWN,
    STREAM,
    DATAGRAM
  }

  final int number;
  final FdKnote read = new FdKnote(true);

  /** {@link FdKnote#NONE} before the first change of EVFILT_WRITE, which few descriptors have. */
  private FdKnote write = FdKnote.NONE;

  /**
   * Whether the main epoll has the descriptor registered, as far as is known. {@link MainEpoll}
   * changes it.
   */
  boolean registered;

  /** The bits that the main epoll waits for, which can be more than the armed ones. */
  int mask;

  /** Whether it is in the list of descriptors whose mask has EPOLLOUT without need. */
  boolean listed;

  /** The errno with which a rebuilt main epoll has refused the descriptor and its knotes, or 0. */
  int refusal;

  Type type = Type.UNKNOWN;

  /** Whether the write side comes first, because its last event found no room. */
  boolean writeFirst;

  /** Whether the kqueue itself has opened it, so that it cannot belong to a user. */
  boolean own;

  private int generation;

  Fd(int number) {
    this.number = number;
  }

  FdKnote write() {
    return write;
  }

  FdKnote knote(boolean isRead) {
    return isRead ? read : write;
  }

  /** The same, for a change. */
  FdKnote changing(boolean isRead) {
    if (!isRead && write == FdKnote.NONE) {
      write = new FdKnote(false);
    }
    return knote(isRead);
  }

  int armedBits() {
    return read.armedBits() | write.armedBits();
  }

  /**
   * {@return the value that epoll reports} It distinguishes this descriptor from earlier ones of
   * the same number.
   */
  long token() {
    return (long) (generation & Integer.MAX_VALUE) << 32 | number;
  }

  static int numberOf(long token) {
    return (int) token;
  }

  /** Resets the state to that of a descriptor that was just opened. */
  void reset() {
    generation++;
    registered = false;
    mask = 0;
    type = Type.UNKNOWN;
    writeFirst = false;
    read.reset();
    if (write != FdKnote.NONE) {
      write.reset();
    }
  }
}
