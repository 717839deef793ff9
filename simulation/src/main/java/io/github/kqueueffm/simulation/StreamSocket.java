package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;

/**
 * What TCP and local streams have in common: the buffer of received bytes, the queue of a listener,
 * the loops of blocking calls, and readiness.
 */
abstract class StreamSocket<S extends StreamSocket<S>> extends SocketFile {
  final Ring in = new Ring();

  /** The connections of a listener; {@code null} before listen. */
  ListenQueue<S> queue;

  boolean inputShut;
  boolean outputShut;

  /** A write did not get all its room. */
  boolean lacksRoom;

  StreamSocket(World world, Family family, int receiveSpace, int sendSpace) {
    super(world, family, true, receiveSpace, sendSpace);
  }

  /** Whether it is neither connected nor listening yet. */
  abstract boolean isNew();

  /** Whether a handshake is under way. */
  boolean isConnecting() {
    return false;
  }

  abstract boolean isConnected();

  /** {@return how many bytes more it can take for the peer} */
  abstract long room();

  /** Whether EVFILT_WRITE or EPOLLOUT reports that there is room. */
  abstract boolean isWritable();

  /** Whether EPOLLOUT is reported. */
  boolean pollsWritable() {
    return isWritable();
  }

  /** {@return how much room a write needs that has more bytes than that} */
  final int leastRoom() {
    return world.has(Quirk.WRITABLE_BY_A_THIRD)
        ? 1
        : Math.min(sendSpace(), number(SocketOption.SO_SNDLOWAT));
  }

  /** Bytes have left the buffer of what is sent. */
  final void roomGrew() {
    if (isWritable() && (lacksRoom || !world.has(Quirk.WRITABLE_BY_A_THIRD))) {
      lacksRoom = false;
      changed(false, true);
    }
  }

  // Listening.

  /** Makes room for so many connections. */
  final void openQueue(int backlog) {
    if (queue == null) {
      queue = new ListenQueue<>();
    }
    queue.limit(backlog, world.has(Quirk.BACKLOG_AS_GIVEN) ? 2 : 3);
  }

  /** Gives a connection of the queue to the caller of accept. */
  abstract int accept(S connection, Accepted result);

  @Override
  final int accept(Accepted result) {
    while (isListening()) {
      S connection = queue.accept();
      if (connection != null) {
        return accept(connection, result);
      }
      if (!block()) {
        return error(Errno.EAGAIN);
      }
    }
    return error(Errno.EINVAL);
  }

  // Sending.

  /** {@return the negative errno of a send, or 0 if bytes can be taken when there is room} */
  abstract int sendError();

  /** Takes bytes from a call, as many as there is room for, or gives a negative errno. */
  abstract long put(Iov from, long at, long length, Message control);

  /** A send of no bytes. */
  void sendNothing() {}

  /**
   * Sends.
   *
   * @param control the message whose descriptors go with the first byte, or {@code null}
   */
  final long send(Iov from, Message control) {
    long limit = Math.min(from.total(), world.limitOfThisCall);
    if (nonBlocking) {
      limit = world.choices.part(limit);
    }
    long sent = 0;
    while (true) {
      int error = sendError();
      if (error != 0) {
        return sent > 0 ? sent : error;
      }
      if (from.total() == 0) {
        sendNothing();
        return 0;
      }
      long taken = put(from, sent, limit - sent, sent == 0 ? control : null);
      if (taken < 0) {
        return taken;
      }
      sent += taken;
      if (sent == limit) {
        return sent;
      }
      lacksRoom = true;
      if (!block()) {
        return sent > 0 ? sent : error(Errno.EAGAIN);
      }
    }
  }

  @Override
  long write(Iov from) {
    return send(from, null);
  }

  // Receiving.

  /** {@return the negative errno of a receive on a socket that is not connected, or 0} */
  abstract int receiveError();

  /** Whether a receive reports the end before the error that waits. */
  boolean endsBeforeError() {
    return false;
  }

  /** {@return 1 if there are bytes, 0 if the call receives none, or the negative errno} */
  final int awaitInput(Iov into) {
    while (in.isEmpty()) {
      if (pendingError != 0 && !endsBeforeError()) {
        return takeError();
      }
      if (isInputShut()) {
        return 0;
      }
      int refused = receiveError();
      if (refused < 0) {
        return refused;
      }
      if (into.total() == 0 && world.has(Quirk.NOTHING_RECEIVED_AT_ONCE)) {
        return 0;
      }
      if (!block()) {
        return error(Errno.EAGAIN);
      }
    }
    return 1;
  }

  /** {@return how many bytes a receive takes at most} */
  final int part(Iov into) {
    int most = (int) Math.min(Math.min(in.size(), into.total()), world.limitOfThisCall);
    return (int) world.choices.part(most);
  }

  @Override
  final int available() {
    return in.size();
  }

  // Readiness.

  @Override
  final void readState(FilterState out, long lowWater) {
    if (isListening()) {
      out.set(queue.size() > 0, queue.size());
      return;
    }
    boolean end = isInputShut();
    boolean active = end || pendingError != 0 || in.size() >= Math.max(1, lowWater);
    out.set(active, in.size(), end, end ? pendingError : 0);
  }

  @Override
  final void writeState(FilterState out, long lowWater) {
    boolean end = isOutputShut();
    boolean ready = isConnected() && (lowWater > 1 ? room() >= lowWater : isWritable());
    out.set(end || pendingError != 0 || ready, room(), end, end ? pendingError : 0);
  }

  @Override
  final int pollMask() {
    if (isListening()) {
      return queue.size() > 0 ? epoll(Constant.EPOLLIN) : 0;
    }
    boolean inputEnd = isInputShut();
    int mask = pendingError != 0 ? epoll(Constant.EPOLLERR) : 0;
    if (inputEnd && isOutputShut() || isNew()) {
      mask |= epoll(Constant.EPOLLHUP);
    }
    if (inputEnd) {
      mask |= epoll(Constant.EPOLLIN) | epoll(Constant.EPOLLRDHUP);
    }
    if (!isConnecting()) {
      mask |= in.isEmpty() ? 0 : epoll(Constant.EPOLLIN);
      mask |= pollsWritable() ? epoll(Constant.EPOLLOUT) : 0;
    }
    return mask;
  }
}
