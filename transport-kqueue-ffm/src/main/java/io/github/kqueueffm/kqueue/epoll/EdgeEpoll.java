package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Kernel;

/**
 * An edge-triggered epoll inside the main one, for the EV_CLEAR knotes of one filter. They cannot
 * share a registration with level-triggered knotes, because EPOLLET applies to the whole
 * registration. They cannot share one with knotes of the other filter, because an edge of one side
 * reports the state of both.
 */
final class EdgeEpoll {
  private static final int BATCH = 64;

  private final Kernel kernel;
  private final EpollConstants e;
  private final FdTable table;
  private final MainEpoll main;
  private final int mask;
  private final long token;
  private Epoll epoll;
  private EpollEvents events;

  EdgeEpoll(Kernel kernel, EpollConstants constants, FdTable table, MainEpoll main, boolean read) {
    this.kernel = kernel;
    this.e = constants;
    this.table = table;
    this.main = main;
    this.token = read ? Epoll.READ_EDGES : Epoll.WRITE_EDGES;
    this.mask = (read ? e.in | e.rdhup : e.out) | e.edge;
  }

  /**
   * Makes epoll report the knote if it is ready now, and each time that it becomes ready.
   *
   * @return 0 or the negative errno. If the descriptor is {@linkplain EpollConstants#isGone gone},
   *     all its knotes are removed.
   */
  int arm(Fd fd, FdKnote knote) {
    // The descriptor is checked first, because a new epoll could get the same number if it is free.
    int result = epoll == null ? Math.min(table.flagsOf(fd.number), 0) : 0;
    result = result == 0 && epoll == null ? open() : result;
    result = result == 0 ? add(fd, knote) : result;
    if (e.isGone(result)) {
      fd.reset();
    }
    return result;
  }

  private int add(Fd fd, FdKnote knote) {
    int result = knote.isInEdges() ? -e.eexist : epoll.add(fd.number, mask, fd.token());
    if (result == -e.eexist) {
      result = epoll.modify(fd.number, mask, fd.token());
    }
    knote.enteredEdges(result == 0);
    return result;
  }

  void disarm(Fd fd, FdKnote knote) {
    if (knote.isInEdges()) {
      knote.leftEdges();
      // Any errno: an edge that is still reported finds no knote and is dropped, and an ADD of a
      // descriptor that epoll still has fails with EEXIST and becomes a MOD.
      epoll.delete(fd.number);
    }
  }

  private int open() {
    if (events == null) {
      events = new EpollEvents(kernel.platform(), BATCH);
    }
    int made = Epoll.create(kernel);
    if (made < 0) {
      return made;
    }
    int result = main.addOwn(made, e.in, token);
    if (result < 0) {
      Descriptors.close(kernel, made);
      return result;
    }
    epoll = Epoll.of(kernel, made);
    return 0;
  }

  /** {@return the number of ready {@link #events}, at most {@code max}, or the negative errno} */
  int poll(int max) {
    return epoll.poll(events, Math.min(max, BATCH));
  }

  EpollEvents events() {
    return events;
  }

  void close() {
    if (epoll != null) {
      epoll.close();
    }
    if (events != null) {
      events.free();
    }
  }
}
