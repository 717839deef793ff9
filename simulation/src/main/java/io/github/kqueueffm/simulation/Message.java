package io.github.kqueueffm.simulation;

/** The struct msghdr of a call, or what recv, send and sendto say in their arguments. */
final class Message {
  final Iov iov = new Iov();

  /** Where the name is or goes, or 0. */
  long name;

  /** Of a send: the bytes of the name. After a receive: the bytes of the sender's name. */
  int nameLength;

  /** Of a receive: the bytes that a name may take. */
  private int nameRoom;

  /** Where control messages are or go, or 0. */
  long control;

  /** Of a send: the bytes of the messages. After a receive: those that were written. */
  long controlLength;

  /** Of a receive: the bytes that control messages may take. */
  long controlRoom;

  /** After a receive: MSG_TRUNC and MSG_CTRUNC. */
  int flags;

  Message toSend(long name, int nameLength, long control, long controlLength) {
    this.name = name;
    this.nameLength = nameLength;
    this.control = control;
    this.controlLength = controlLength;
    nameRoom = 0;
    controlRoom = 0;
    flags = 0;
    return this;
  }

  Message toReceive(long name, int nameRoom, long control, long controlRoom) {
    this.name = name;
    this.nameRoom = nameRoom;
    this.control = control;
    this.controlRoom = control == 0 ? 0 : controlRoom;
    nameLength = 0;
    controlLength = 0;
    flags = 0;
    return this;
  }

  /** Writes the sender's name as a socket shows it, if the call asks for it. */
  void putName(World world, Address sender, boolean v6) {
    if (name != 0) {
      nameLength = world.addresses.write(sender, v6, name, nameRoom);
    }
  }
}
