package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.util.ArrayList;
import java.util.List;

/**
 * A file description: a socket, an end of a pipe, a kqueue, a file. Descriptors refer to it, and
 * messages that carry it. A call that a kind of file does not have gives the errno that kernels
 * give for it. All results are those of the C functions, or the negative errno.
 *
 * <p>All methods are called with the world's lock held.
 */
abstract class OpenFile {
  final World world;
  boolean nonBlocking;

  /** Descriptors, messages and waiting calls that hold it. */
  private int references;

  private final List<Watcher> watchers = new ArrayList<>(1);
  private WaitQueue waiting;

  OpenFile(World world) {
    this.world = world;
    world.created(this);
  }

  final void hold() {
    references++;
  }

  final void drop() {
    if (--references == 0) {
      for (Watcher watcher : List.copyOf(watchers)) {
        watcher.fileClosed();
      }
      closed();
      world.gone(this);
    }
  }

  /** {@return how many descriptors, messages and calls hold it} */
  final int references() {
    return references;
  }

  /** Closes a file that no descriptor and no message holds. */
  final void discard() {
    hold();
    drop();
  }

  final void watch(Watcher watcher) {
    watchers.add(watcher);
  }

  final void unwatch(Watcher watcher) {
    watchers.remove(watcher);
  }

  /** A descriptor of it was closed. Others may be open. */
  void descriptorClosed(int fd) {
    for (Watcher watcher : List.copyOf(watchers)) {
      watcher.descriptorClosed(fd);
    }
  }

  /** Reports to knotes, epolls and blocked calls what has happened. */
  final void changed(boolean read, boolean write) {
    // Watchers neither come nor go while they hear of it.
    for (int i = 0; i < watchers.size(); i++) {
      watchers.get(i).changed(read, write);
    }
    if (waiting != null) {
      world.pace.wake(waiting);
    }
  }

  /**
   * Blocks the calling thread until {@link #changed}, if the file may block.
   *
   * @return whether to try again; otherwise the call's result is EAGAIN
   */
  final boolean block() {
    if (nonBlocking) {
      return false;
    }
    if (waiting == null) {
      waiting = new WaitQueue();
    }
    world.sleep(waiting, Long.MAX_VALUE);
    return true;
  }

  /** {@return a bit of {@link #pollMask}, 0 on a system without epoll} */
  final int epoll(Constant bit) {
    return world.platform.getOr(bit, 0);
  }

  final int error(Errno errno) {
    return world.error(errno);
  }

  /** The last reference is gone. */
  abstract void closed();

  /** What is left if a run ends with this file open. */
  abstract String describe();

  /**
   * What EVFILT_READ reports now.
   *
   * @param lowWater how many bytes make it active, 1 without NOTE_LOWAT
   */
  abstract void readState(FilterState out, long lowWater);

  /** What EVFILT_WRITE reports now. */
  abstract void writeState(FilterState out, long lowWater);

  /** The EPOLL bits that hold now. */
  abstract int pollMask();

  /**
   * Whether the system has that filter for this kind of file.
   *
   * @return 0, or the negative errno with which EV_ADD is refused
   */
  int attach(boolean write) {
    return 0;
  }

  long read(Iov into) {
    return error(Errno.EINVAL);
  }

  long write(Iov from) {
    return error(Errno.EINVAL);
  }

  /** recv, recvfrom and recvmsg; the message says where to. */
  long receive(Message message, int flags) {
    return error(Errno.ENOTSOCK);
  }

  /** send, sendto and sendmsg; the message says from where and to whom. */
  long send(Message message, int flags) {
    return error(Errno.ENOTSOCK);
  }

  int bind(Address address) {
    return error(Errno.ENOTSOCK);
  }

  int listen(int backlog) {
    return error(Errno.ENOTSOCK);
  }

  /**
   * Takes a connection.
   *
   * @param result where the socket is put if the answer is 0
   */
  int accept(Accepted result) {
    return error(Errno.ENOTSOCK);
  }

  /** A connection taken by {@link #accept}. */
  static final class Accepted {
    OpenFile socket;
    Address peer;
  }

  /** Connects, or dissolves the association for an address of AF_UNSPEC. */
  int connect(Address address) {
    return error(Errno.ENOTSOCK);
  }

  /** connectx of macOS, and sendto with MSG_FASTOPEN of Linux: connects and sends. */
  long connectWith(Address address, Iov data) {
    return error(Errno.ENOTSOCK);
  }

  int shutdown(boolean read, boolean write) {
    return error(Errno.ENOTSOCK);
  }

  /**
   * {@return the bound address, {@link Address#none()} if it has no name, or null after an error}
   */
  Address localName() {
    return null;
  }

  /** getpeername: the peer, or {@code null} with the errno in {@link World#nameError}. */
  Address peerName() {
    world.nameError = error(Errno.ENOTSOCK);
    return null;
  }

  /**
   * Reads an option into memory.
   *
   * @param room bytes at that address
   * @return the number of bytes written, or the negative errno
   */
  int getOption(int level, int option, long value, int room) {
    return error(Errno.ENOTSOCK);
  }

  int setOption(int level, int option, long value, int length) {
    return error(Errno.ENOTSOCK);
  }

  /** FIONREAD. */
  int available() {
    return error(Errno.ENOTTY);
  }

  /** What sendfile reads: bytes of the file from an offset on; 0 at its end. */
  long readAt(long offset, byte[] into, int length) {
    return error(Errno.EINVAL);
  }
}
