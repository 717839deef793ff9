package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Kernel;

/**
 * The descriptors and what epoll knows of them. The main epoll is level-triggered, and its masks
 * may say more than is armed: so arming again what has just fired is no system call.
 *
 * <p>Guarded by the kqueue's lock, as all that works on it.
 */
final class Registry {
  private final Kernel kernel;
  private final Numbers n;
  private final Wakeup wakeup;
  private final Alarm alarm;
  private final DescriptorTable table;
  private final EdgeEpoll readEdges;
  private final EdgeEpoll writeEdges;
  private Epoll main;
  private Descriptor idleWriters;
  private Descriptor refused;

  /** Takes the epoll over, and closes it. */
  Registry(Kernel kernel, Numbers numbers, Epoll main, Wakeup wakeup, Alarm alarm) {
    this.kernel = kernel;
    this.n = numbers;
    this.main = main;
    this.wakeup = wakeup;
    this.alarm = alarm;
    table = new DescriptorTable(kernel);
    readEdges = new EdgeEpoll(kernel, n, true);
    writeEdges = new EdgeEpoll(kernel, n, false);
    owns(main.fd());
    owns(wakeup.fd());
  }

  /**
   * Has to be called with a descriptor that the kqueue has opened for itself. Whatever had its
   * number before was closed without a word, and a change must not find it.
   */
  void owns(int fd) {
    Descriptor descriptor = table.get(fd);
    if (descriptor == null) {
      descriptor = table.createOpen(fd);
    }
    descriptor.reset();
    descriptor.own = true;
  }

  /** Has to be called before such a descriptor is closed while the kqueue lives on. */
  void disowns(int fd) {
    table.get(fd).own = false;
  }

  private void close(Epoll epoll) {
    disowns(epoll.fd());
    epoll.close();
  }

  Epoll main() {
    return main;
  }

  Descriptor find(int fd) {
    return table.get(fd);
  }

  /** Never {@code null} for a descriptor that is open. */
  Descriptor findOrCreate(int fd) {
    Descriptor found = table.get(fd);
    return found != null ? found : table.create(fd);
  }

  EdgeEpoll edges(boolean read) {
    return read ? readEdges : writeEdges;
  }

  /** What the main epoll has to wait for, for a knote of that kind. */
  int bits(boolean read, Knote.Kind kind) {
    return switch (kind) {
      case EDGE -> 0;
      case SENTINEL -> n.rdhup;
      case LEVEL -> read ? n.in | n.rdhup : n.out;
    };
  }

  /**
   * Sees to it that the main epoll has the descriptor with those bits at least, and that it is the
   * one that it had.
   *
   * @return 0 or the negative errno. If it was registered and is {@linkplain Numbers#isGone gone}
   *     all knotes are forgotten: the descriptor was closed without a word, and its number may be
   *     another one's.
   */
  int register(Descriptor descriptor, Knote knote, int need, long udata) {
    if (!descriptor.registered) {
      return add(descriptor, need);
    }
    boolean same = knote.confirmed && knote.udata == udata;
    if (same && (descriptor.mask & need) == need) {
      return 0;
    }
    // EPOLLIN stays, as it is likely to be armed again; EPOLLOUT of an idle socket would be
    // reported at once.
    int kept = descriptor.mask & (n.in | n.rdhup);
    return modify(descriptor, kept | descriptor.write.armedBits() | need);
  }

  /**
   * Has an EV_CLEAR knote reported if it is ready now, and whenever it becomes so.
   *
   * @return as of {@link #register}
   */
  int armEdge(Descriptor descriptor, Knote knote) {
    int result = edges(knote.isRead).arm(this, descriptor, knote);
    if (n.isGone(result)) {
      descriptor.reset();
    }
    return result;
  }

  private int add(Descriptor descriptor, int mask) {
    int result = main.add(descriptor.fd, mask, descriptor.token());
    if (result == -n.eexist) {
      // The same file was given this number again (dup2) while epoll still had it.
      result = main.modify(descriptor.fd, mask, descriptor.token());
    }
    if (result == 0) {
      descriptor.registered = true;
      descriptor.mask = mask;
    }
    return result;
  }

  private int modify(Descriptor descriptor, int mask) {
    int result = main.modify(descriptor.fd, mask, descriptor.token());
    if (result == 0) {
      descriptor.mask = mask;
    } else if (n.isGone(result)) {
      descriptor.reset();
    }
    return result;
  }

  /**
   * Takes bits out of the mask that were reported though nothing is armed for them.
   *
   * @return 0 or the negative errno; a descriptor that was closed is forgotten and no error
   */
  int reduce(Descriptor descriptor, int surplus) {
    int result = modify(descriptor, descriptor.mask & ~surplus);
    return n.isGone(result) ? 0 : result;
  }

  /** Takes the descriptor out of the main epoll until something is armed. */
  void remove(Descriptor descriptor) {
    descriptor.registered = false;
    descriptor.mask = 0;
    // Whatever else fails: epoll reports what is not registered then, and is rebuilt.
    if (n.isGone(main.delete(descriptor.fd))) {
      descriptor.reset();
    }
  }

  /** To be called when the write side may have been disarmed. */
  void writeDisarmed(Descriptor descriptor) {
    if ((descriptor.mask & n.out) != 0 && !descriptor.listed) {
      descriptor.listed = true;
      descriptor.nextListed = idleWriters;
      idleWriters = descriptor;
    }
  }

  /** Has to be called before each wait: an unarmed EPOLLOUT would end it at once. */
  void dropIdleWriters() {
    while (idleWriters != null) {
      Descriptor descriptor = idleWriters;
      idleWriters = descriptor.nextListed;
      descriptor.nextListed = null;
      descriptor.listed = false;
      if ((descriptor.mask & n.out) != 0 && descriptor.write.armedBits() == 0) {
        // If it fails, the wait ends at once with what is not armed, and that is dealt with.
        reduce(descriptor, n.out);
      }
    }
  }

  /** Never fails, since it comes before a close. */
  void forget(int fd) {
    Descriptor descriptor = table.get(fd);
    if (descriptor == null) {
      return;
    }
    readEdges.disarm(descriptor, descriptor.read);
    writeEdges.disarm(descriptor, descriptor.write);
    boolean registered = descriptor.registered;
    descriptor.reset();
    if (registered) {
      // Any errno: what epoll still reports is stale by its token, and leads to a rebuild.
      main.delete(fd);
    }
  }

  /**
   * Takes a descriptor without knotes out of the main epoll, which may have kept it to save a call.
   */
  void release(int fd) {
    Descriptor descriptor = table.get(fd);
    if (descriptor != null
        && descriptor.registered
        && !descriptor.read.present
        && !descriptor.write.present) {
      forget(fd);
    }
  }

  /**
   * Starts anew with an epoll that lacks the registrations of descriptors which were closed while a
   * duplicate lives: they report for ever, and nothing can name them any more.
   *
   * @return 0 or the negative errno: of making it, after which all is as before, or of waking those
   *     who wait in the old one
   */
  int rebuild() {
    int fd = Epoll.create(kernel);
    if (fd < 0) {
      return fd;
    }
    Epoll fresh = Epoll.of(kernel, fd);
    int result = wakeup.addTo(fresh);
    result = result == 0 ? alarm.addTo(fresh) : result;
    result = result == 0 ? readEdges.addTo(fresh) : result;
    result = result == 0 ? writeEdges.addTo(fresh) : result;
    if (result < 0) {
      fresh.close();
      return result;
    }
    owns(fd);
    Epoll old = main;
    main = fresh;
    for (int i = 0; i < table.size(); i++) {
      Descriptor descriptor = table.get(i);
      if (descriptor != null && descriptor.registered) {
        move(descriptor, old);
      }
    }
    return retire(old);
  }

  /** First out of the old one: there can be a limit to what the two may hold. */
  private void move(Descriptor descriptor, Epoll old) {
    if (n.isGone(old.delete(descriptor.fd))) {
      descriptor.reset();
      return;
    }
    descriptor.registered = false;
    int result = add(descriptor, descriptor.mask);
    if (result < 0) {
      descriptor.mask = 0;
      refuse(descriptor, -result);
    }
  }

  private void refuse(Descriptor descriptor, int errno) {
    if (descriptor.refusal == 0) {
      descriptor.nextRefused = refused;
      refused = descriptor;
    }
    descriptor.refusal = errno;
  }

  /** Whether a rebuild has left a descriptor behind whose knotes have to be told so. */
  boolean hasRefused() {
    return refused != null;
  }

  /** The next one of those, or {@code null}. */
  Descriptor firstRefused() {
    return refused;
  }

  void refusalTold() {
    Descriptor descriptor = refused;
    refused = descriptor.nextRefused;
    descriptor.nextRefused = null;
    descriptor.refusal = 0;
  }

  private int retire(Epoll old) {
    if (old.users == 0) {
      close(old);
      return 0;
    }
    return wakeup.signal();
  }

  /**
   * A thread has come back from that epoll; the last one out of a retired one closes it.
   *
   * @return 0 or the negative errno of waking the next one
   */
  int left(Epoll epoll) {
    epoll.users--;
    return epoll == main ? 0 : retire(epoll);
  }

  void close() {
    readEdges.close();
    writeEdges.close();
    main.close();
  }
}
