package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.syscall.Kernel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * The epoll in which the threads wait. It is level-triggered. A mask can have more bits than are
 * armed, so that re-arming a filter needs no system call.
 */
final class MainEpoll {
  /** A descriptor that the kqueue has opened for itself. */
  private record Own(int fd, int mask, long token) {}

  private final Kernel kernel;
  private final EpollConstants e;
  private final FdTable table;
  private final EventFd eventFd;
  private final List<Own> own = new ArrayList<>();
  private final List<Fd> idleWriters = new ArrayList<>();
  private final Queue<Fd> refused = new ArrayDeque<>();
  private Epoll current;

  /** Takes over the epoll, which {@link #close} closes. */
  MainEpoll(Kernel kernel, EpollConstants constants, FdTable table, EventFd eventFd, Epoll epoll) {
    this.kernel = kernel;
    this.e = constants;
    this.table = table;
    this.eventFd = eventFd;
    current = epoll;
    table.own(epoll.fd());
  }

  /** Adds a descriptor that the kqueue has opened for itself; returns 0 or the negative errno. */
  int addOwn(int fd, int mask, long token) {
    int result = current.add(fd, mask, token);
    if (result == 0) {
      own.add(new Own(fd, mask, token));
      table.own(fd);
    }
    return result;
  }

  /** Has to be called before such a descriptor is closed, unless the whole kqueue is closed. */
  void removeOwn(int fd) {
    own.removeIf(member -> member.fd() == fd);
    table.disown(fd);
  }

  /** {@return the bits to wait for, for a knote of that kind} */
  int bits(boolean read, FdKnote.Kind kind) {
    return switch (kind) {
      case EDGE -> 0;
      case PEER_CLOSE -> e.rdhup;
      case LEVEL -> read ? e.in | e.rdhup : e.out;
    };
  }

  /**
   * Registers the descriptor with at least those bits.
   *
   * @param same whether the descriptor is known to be the one that was registered
   * @return 0 or the negative errno. If the descriptor was registered and is {@linkplain
   *     EpollConstants#isGone gone}, all its knotes are removed: it was closed without {@code
   *     forget}, and its number may belong to another descriptor.
   */
  int register(Fd fd, int need, boolean same) {
    if (!fd.registered) {
      return add(fd, need);
    }
    if (same && (fd.mask & need) == need) {
      return 0;
    }
    // EPOLLIN stays, because it is likely to be armed again. EPOLLOUT of an idle socket would be
    // reported at once.
    int kept = fd.mask & (e.in | e.rdhup);
    return modify(fd, kept | fd.write().armedBits() | need);
  }

  private int add(Fd fd, int mask) {
    int result = current.add(fd.number, mask, fd.token());
    if (result == -e.eexist) {
      // The same file was given this number again (dup2) while epoll still had it.
      result = current.modify(fd.number, mask, fd.token());
    }
    if (result == 0) {
      fd.registered = true;
      fd.mask = mask;
    }
    return result;
  }

  private int modify(Fd fd, int mask) {
    int result = current.modify(fd.number, mask, fd.token());
    if (result == 0) {
      fd.mask = mask;
    } else if (e.isGone(result)) {
      fd.reset();
    }
    return result;
  }

  /**
   * Takes bits out of the mask that were reported although no knote is armed for them.
   *
   * @return 0 or the negative errno; a closed descriptor is forgotten, and the result is 0
   */
  int reduce(Fd fd, int surplus) {
    int result = modify(fd, fd.mask & ~surplus);
    return e.isGone(result) ? 0 : result;
  }

  /** Takes the descriptor out until a knote is armed. */
  void remove(Fd fd) {
    fd.registered = false;
    fd.mask = 0;
    // Any other errno: epoll then reports a descriptor that is not registered, and is rebuilt.
    if (e.isGone(current.delete(fd.number))) {
      fd.reset();
    }
  }

  /** Takes the descriptor out and removes its knotes. Never fails, because a close follows. */
  void forget(Fd fd) {
    boolean registered = fd.registered;
    fd.reset();
    if (registered) {
      // Any errno: a later report has a stale token, and leads to a rebuild.
      current.delete(fd.number);
    }
  }

  /** Has to be called when the write side may have been disarmed. */
  void writeDisarmed(Fd fd) {
    if ((fd.mask & e.out) != 0 && !fd.listed) {
      fd.listed = true;
      idleWriters.add(fd);
    }
  }

  /** Has to be called before each wait, because an unarmed EPOLLOUT would end it at once. */
  void dropIdleWriters() {
    for (int i = idleWriters.size() - 1; i >= 0; i--) {
      Fd fd = idleWriters.remove(i);
      fd.listed = false;
      if ((fd.mask & e.out) != 0 && fd.write().armedBits() == 0) {
        // If this fails, the wait ends at once with an unarmed bit, and its delivery reduces the
        // mask again or fails the knotes.
        reduce(fd, e.out);
      }
    }
  }

  /**
   * Replaces the epoll by a new one. The new one lacks the registrations of descriptors that were
   * closed while a duplicate stayed open. Such registrations report for ever, and without the
   * descriptor they cannot be removed.
   *
   * @return 0, or the negative errno of opening the new epoll, in which case the old one stays, or
   *     of waking the threads that wait in the old one
   */
  int rebuild() {
    int made = Epoll.create(kernel);
    if (made < 0) {
      return made;
    }
    Epoll fresh = Epoll.of(kernel, made);
    for (Own member : own) {
      int result = fresh.add(member.fd(), member.mask(), member.token());
      if (result < 0) {
        fresh.close();
        return result;
      }
    }
    table.own(made);
    Epoll old = current;
    current = fresh;
    for (int i = 0; i < table.size(); i++) {
      Fd fd = table.find(i);
      if (fd != null && fd.registered) {
        move(fd, old);
      }
    }
    return retire(old);
  }

  /**
   * The descriptor is first removed from the old epoll, because the number of registrations can be
   * limited.
   */
  private void move(Fd fd, Epoll old) {
    if (e.isGone(old.delete(fd.number))) {
      fd.reset();
      return;
    }
    fd.registered = false;
    int result = add(fd, fd.mask);
    if (result < 0) {
      fd.mask = 0;
      if (fd.refusal == 0) {
        refused.add(fd);
      }
      fd.refusal = -result;
    }
  }

  /** {@return the next descriptor that a rebuilt epoll has refused, whose knotes have to fail} */
  Fd firstRefused() {
    return refused.peek();
  }

  /** Removes the {@linkplain #firstRefused first refused descriptor}, whose knotes have failed. */
  void dropRefused() {
    refused.remove().refusal = 0;
  }

  /** {@return the epoll for a thread to wait in} The thread has to {@link #leave} it. */
  Epoll enter() {
    current.users++;
    return current;
  }

  /**
   * Records that a thread has returned from that epoll. The last thread that leaves a retired epoll
   * closes it.
   *
   * @return 0 or the negative errno of waking the next thread
   */
  int leave(Epoll epoll) {
    epoll.users--;
    return epoll == current ? 0 : retire(epoll);
  }

  private int retire(Epoll old) {
    if (old.users > 0) {
      return eventFd.signal();
    }
    table.disown(old.fd());
    old.close();
    return 0;
  }

  /**
   * Calls epoll_wait without waiting, to check that it is permitted. No descriptor may be ready.
   */
  int tryWait() {
    return current.tryWait();
  }

  void close() {
    current.close();
  }
}
