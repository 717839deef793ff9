package io.github.kqueueffm.simulation;

/** The struct msghdr of a call, or what recv, send and sendto say in their arguments. */
final class Message {
  final Iov iov = new Iov();

  /** Where the name is or goes, or 0. */
  long name;

  /** Bytes at {@link #name}; after a receive, the bytes of the sender's name. */
  int nameLength;

  /** Where control messages are or go, or 0. */
  long control;

  /** Bytes at {@link #control}; after a receive, the bytes of the messages. */
  long controlLength;

  /** After a receive: MSG_TRUNC and MSG_CTRUNC. */
  int flags;

  Message set(long name, int nameLength, long control, long controlLength) {
    this.name = name;
    this.nameLength = nameLength;
    this.control = control;
    this.controlLength = controlLength;
    flags = 0;
    return this;
  }
}
