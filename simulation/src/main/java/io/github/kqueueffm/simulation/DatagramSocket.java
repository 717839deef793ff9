package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.EPOLLERR;
import static io.github.kqueueffm.abi.Constant.EPOLLHUP;
import static io.github.kqueueffm.abi.Constant.EPOLLIN;
import static io.github.kqueueffm.abi.Constant.EPOLLOUT;
import static io.github.kqueueffm.abi.Constant.EPOLLRDHUP;
import static io.github.kqueueffm.abi.Constant.MSG_PEEK;
import static io.github.kqueueffm.abi.Constant.MSG_TRUNC;

import io.github.kqueueffm.abi.Errno;
import java.util.ArrayDeque;

/** A socket whose messages have bounds: it has a queue of those that wait to be received. */
abstract class DatagramSocket extends SocketFile {
  private final ArrayDeque<Datagram> queue = new ArrayDeque<>(4);
  private int bytes;
  private boolean inputShut;
  private boolean outputShut;

  DatagramSocket(World world, Family family, int receiveSpace, int sendSpace) {
    super(world, family, false, receiveSpace, sendSpace);
  }

  /** Whether it is connected to one address. */
  abstract boolean isConnected();

  /**
   * Sends a datagram.
   *
   * @param message that says to whom and with which control messages, or {@code null}
   */
  abstract long send(Iov from, Message message);

  /** Adds the control messages that the call and the options ask for. */
  abstract int putControl(Message message, Datagram datagram, int flags);

  /** A datagram was taken from the queue. */
  void roomGrew() {}

  @Override
  final boolean isInputShut() {
    return inputShut;
  }

  @Override
  final boolean isOutputShut() {
    return outputShut;
  }

  final int queued() {
    return queue.size();
  }

  /** Bytes that the receive buffer has left. */
  final int room() {
    return receiveSpace() - bytes;
  }

  /** {@return what a datagram takes of the receive buffer} Its sender's name takes room, too. */
  static int size(Datagram datagram) {
    return datagram.bytes().length + nameSize(datagram.from());
  }

  static int nameSize(Address name) {
    return switch (name.kind()) {
      case IPV4, UNSPECIFIED -> 16;
      case IPV6 -> 28;
      case LOCAL -> 16 + name.bytes().length;
    };
  }

  /** A datagram has arrived, and there is room for it. */
  final void enqueue(Datagram datagram) {
    queue.add(datagram);
    bytes += size(datagram);
    changed(true, false);
  }

  @Override
  final int shutdown(boolean read, boolean write) {
    if (!isConnected()) {
      return error(Errno.ENOTCONN);
    }
    inputShut |= read;
    outputShut |= write;
    changed(read, write);
    return 0;
  }

  @Override
  final long read(Iov into) {
    return receive(into, null, 0);
  }

  @Override
  final long receive(Message message, int flags) {
    return receive(message.iov, message, flags);
  }

  private long receive(Iov into, Message message, int flags) {
    while (true) {
      if (pendingError != 0 && (queue.isEmpty() || world.has(Quirk.ERROR_BEFORE_DATAGRAMS))) {
        return takeError();
      }
      if (!queue.isEmpty()) {
        return take(into, message, flags);
      }
      if (inputShut || into.total() == 0 && world.has(Quirk.NOTHING_RECEIVED_AT_ONCE)) {
        return 0;
      }
      if (!block()) {
        return error(Errno.EAGAIN);
      }
    }
  }

  private long take(Iov into, Message message, int flags) {
    boolean peek = (flags & world.constant(MSG_PEEK, 0)) != 0;
    Datagram datagram = peek ? queue.peek() : queue.poll();
    byte[] content = datagram.bytes();
    int length = (int) Math.min(content.length, into.total());
    into.put(0, content, 0, length);
    int result = 0;
    if (message != null) {
      message.flags |= length < content.length ? world.platform.get(MSG_TRUNC) : 0;
      if (!isUnnamed(datagram.from())) {
        message.putName(world, datagram.from(), isInet6());
      }
    }
    if (!peek) {
      bytes -= size(datagram);
      roomGrew();
      if (message == null) {
        datagram.files().forEach(OpenFile::drop);
      } else {
        result = putControl(message, datagram, flags);
      }
    }
    return result < 0 ? result : length;
  }

  /** Whether recvmsg leaves out the address of a sender without a name. */
  private boolean isUnnamed(Address sender) {
    return sender.kind() == Address.Kind.LOCAL
        && sender.bytes().length == 0
        && world.has(Quirk.NO_NAME_OF_UNNAMED_SENDER);
  }

  @Override
  final long write(Iov from) {
    return send(from, null);
  }

  @Override
  final long send(Message message, int flags) {
    return send(message.iov, message);
  }

  /** {@return the errno that keeps it from sending at all, or 0} */
  final int sendError() {
    if (outputShut) {
      return error(Errno.EPIPE);
    }
    return takeError();
  }

  static byte[] content(Iov from) {
    byte[] content = new byte[(int) from.total()];
    from.get(0, content, 0, content.length);
    return content;
  }

  @Override
  final int available() {
    int available = 0;
    if (world.has(Quirk.FIONREAD_OF_THE_FIRST)) {
      return queue.isEmpty() ? 0 : queue.peek().bytes().length;
    }
    for (Datagram datagram : queue) {
      available += data(datagram);
    }
    return available;
  }

  private int data(Datagram datagram) {
    return world.has(Quirk.DATA_COUNTS_NAMES) ? size(datagram) : datagram.bytes().length;
  }

  private long data() {
    return world.has(Quirk.DATA_COUNTS_NAMES)
        ? bytes
        : queue.stream().mapToLong(datagram -> datagram.bytes().length).sum();
  }

  @Override
  final void readState(FilterState out, long lowWater) {
    long data = data();
    boolean active =
        !queue.isEmpty() && (lowWater <= 1 || data >= lowWater) || pendingError != 0 || inputShut;
    out.set(active, data, inputShut, inputShut ? pendingError : 0);
  }

  @Override
  final void writeState(FilterState out, long lowWater) {
    long least = lowWater > 1 ? lowWater : number(SocketOption.SO_SNDLOWAT);
    boolean active = sendSpace() >= least || sendSpace() > 0 && lowWater <= 1;
    out.set(
        active || outputShut || pendingError != 0,
        sendSpace(),
        outputShut,
        outputShut ? pendingError : 0);
  }

  /** Whether epoll says that it can be written to. */
  boolean isWritable() {
    return true;
  }

  @Override
  final int pollMask() {
    int mask = queue.isEmpty() && !inputShut ? 0 : epoll(EPOLLIN);
    mask |= pendingError != 0 ? epoll(EPOLLERR) : 0;
    mask |= inputShut ? epoll(EPOLLRDHUP) : 0;
    mask |= inputShut && outputShut ? epoll(EPOLLHUP) : 0;
    return mask | (isWritable() ? epoll(EPOLLOUT) : 0);
  }

  /** Drops what was not received. */
  final void dropDatagrams() {
    while (!queue.isEmpty()) {
      queue.poll().files().forEach(OpenFile::drop);
    }
    bytes = 0;
  }
}
