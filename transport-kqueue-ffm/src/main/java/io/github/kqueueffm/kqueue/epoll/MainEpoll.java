package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.syscall.Kernel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * The epoll that the threads wait in, and what it knows of each descriptor. It is level-triggered,
 * and a mask can have more bits than are armed, so that re-arming a filter needs no system call.
 */
final class MainEpoll {
  /** One of the descriptors that the kqueue consists of. */
  private record Own(int fd, int mask, long token) {}

  private final Kernel kernel;
  private final EpollConstants e;
  private final FdTable table;
  private final EventFd eventFd;
  private final List<Own> own = new ArrayList<>();
  private final List<Fd> idleWriters = new ArrayList<>();
  private final Queue<Fd> refused = new ArrayDeque<>();
  private Epoll current;

  /** Takes the epoll over, and closes it. */
  MainEpoll(Kernel kernel, EpollConstants constants, FdTable table, EventFd eventFd, Epoll epoll) {
    this.kernel = kernel;
    this.e = constants;
    this.table = table;
    this.eventFd = eventFd;
    current = epoll;
    table.own(epoll.fd());
  }

  /** Adds a descriptor that the kqueue has opened for itself; 0 or the negative errno. */
  int addOwn(int fd, int mask, long token) {
    int result = current.add(fd, mask, token);
    if (result == 0) {
      own.add(new Own(fd, mask, token));
      table.own(fd);
    }
    return result;
  }

  /** Has to be called before such a descriptor is closed while the kqueue lives on. */
  void removeOwn(int fd) {
    own.removeIf(member -> member.fd() == fd);
    table.disown(fd);
  }

  /** What is to be waited for, for a knote of that kind. */
  int bits(boolean read, FdKnote.Kind kind) {
    return switch (kind) {
      case EDGE -> 0;
      case PEER_CLOSE -> e.rdhup;
      case LEVEL -> read ? e.in | e.rdhup : e.out;
    };
  }

  /**
   * Registers the descriptor with those bits at least.
   *
   * @param same whether the descriptor is known to be the one that was registered
   * @return 0 or the negative errno. If it was registered and is {@linkplain EpollConstants#isGone
   *     gone} all knotes are forgotten: the descriptor was closed without {@code forget}, and its
   *     number may be another one's.
   */
  int register(Fd fd, int need, boolean same) {
    if (!fd.registered) {
      return add(fd, need);
    }
    if (same && (fd.mask & need) == need) {
      return 0;
    }
    // EPOLLIN stays, as it is likely to be armed again; EPOLLOUT of an idle socket would be
    // reported at once.
    int kept = fd.mask & (e.in | e.rdhup);
    return modify(fd, kept | fd.write.armedBits() | need);
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
   * Takes bits out of the mask that were reported though nothing is armed for them.
   *
   * @return 0 or the negative errno; a descriptor that was closed is forgotten and no error
   */
  int reduce(Fd fd, int surplus) {
    int result = modify(fd, fd.mask & ~surplus);
    return e.isGone(result) ? 0 : result;
  }

  /** Takes the descriptor out until something is armed. */
  void remove(Fd fd) {
    fd.registered = false;
    fd.mask = 0;
    // Any other errno: epoll reports what is not registered then, and is rebuilt.
    if (e.isGone(current.delete(fd.number))) {
      fd.reset();
    }
  }

  /**
   * Takes the descriptor out, whose knotes are gone. Never fails, since it comes before a close.
   */
  void forget(Fd fd) {
    boolean registered = fd.registered;
    fd.reset();
    if (registered) {
      // Any errno: what epoll still reports is stale by its token, and leads to a rebuild.
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

  /** Has to be called before each wait: an unarmed EPOLLOUT would end it at once. */
  void dropIdleWriters() {
    for (int i = idleWriters.size() - 1; i >= 0; i--) {
      Fd fd = idleWriters.remove(i);
      fd.listed = false;
      if ((fd.mask & e.out) != 0 && fd.write.armedBits() == 0) {
        // If it fails, the wait ends at once with what is not armed, and that is dealt with.
        reduce(fd, e.out);
      }
    }
  }

  /**
   * Starts anew with an epoll that lacks the registrations of descriptors which were closed while a
   * duplicate lives: they report for ever, and no descriptor is left to remove them by.
   *
   * @return 0 or the negative errno: of making it, after which all is as before, or of waking those
   *     who wait in the old one
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

  /** First out of the old one: there can be a limit to what the two may hold. */
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

  /** The next descriptor that a rebuild has left behind and whose knotes have to fail. */
  Fd firstRefused() {
    return refused.peek();
  }

  /** The knotes of the {@linkplain #firstRefused first one} have failed. */
  void dropRefused() {
    refused.remove().refusal = 0;
  }

  /** The epoll for a thread to wait in, which has to {@link #leave} it. */
  Epoll enter() {
    current.users++;
    return current;
  }

  /**
   * A thread has come back from that epoll; the last one out of a retired one closes it.
   *
   * @return 0 or the negative errno of waking the next one
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

  /** Waits for nothing, to see whether it may; not while something can be ready. */
  int tryWait() {
    return current.tryWait();
  }

  void close() {
    current.close();
  }
}
