package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.kqueue.EventArray;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Timespec;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A kqueue on epoll, eventfd and timerfd: EVFILT_READ, EVFILT_WRITE, EVFILT_TIMER and EVFILT_USER.
 *
 * <p>One lock guards everything, and nobody waits with it: a call takes it for its changes and once
 * more for its events.
 *
 * <p>Where a kernel's kqueue does otherwise, which epoll (epoll(7), epoll_ctl(2)) gives no means
 * for:
 *
 * <ul>
 *   <li>A descriptor has to be {@linkplain #forget forgotten} before it is closed. If not, its
 *       knotes are found to be gone by the next change with another udata, and until then a
 *       deletion of one succeeds.
 *   <li>A regular file or directory is refused with EPERM.
 *   <li>EVFILT_WRITE of a stream that this side has shut down is ready without EV_EOF, and that of
 *       a TCP socket that was never connected is ready with it.
 *   <li>NOTE_LOWAT is refused with EINVAL but for a mark of 0x7fffffff on EVFILT_READ with
 *       EV_CLEAR, which waits for the end of the stream alone. It is reported once per EV_ADD.
 *   <li>Events have neither data nor fflags unless {@code detailed}, then EVFILT_READ alone has
 *       data, which is 1 for a listener.
 *   <li>A receipt is given as long as there is room for it; a change without room for one is
 *       applied all the same, as on Darwin.
 * </ul>
 */
public final class EpollKqueue implements Kqueue {
  /** Reports taken from epoll at once; a larger event array is filled by more calls. */
  static final int MOST_REPORTS = 4096;

  /** Longer time-outs are shortened to it: 73 years, a quarter of what nanoTime counts. */
  private static final long LONGEST = Long.MAX_VALUE / 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final Kernel kernel;
  private final KqueueConstants c;
  private final EpollConstants e;
  private final KeventLayout layout;
  private final Timespec timespecs;
  private final boolean detailed;
  private final EventArray out;
  private final EventFd eventFd;
  private final MainEpoll main;
  private final EdgeEpoll readEdges;
  private final EdgeEpoll writeEdges;
  private final TimerFd timerFd;
  private final SocketDetails details;
  private final FdKnotes fdKnotes;
  private final TimerAndUserKnotes timersAndUsers;
  private final EventDelivery delivery;
  private final EpollWait wait;
  private boolean identsFirst;
  private boolean closed;

  private EpollKqueue(
      Kernel shared, Kernel kernel, boolean detailed, int epollDescriptor, int eventDescriptor) {
    // What is called under the lock is called by one thread at a time.
    this.kernel = kernel;
    this.detailed = detailed;
    c = new KqueueConstants(kernel.platform());
    layout = new KeventLayout(kernel.keventStruct());
    timespecs = new Timespec(kernel.platform());
    out = new EventArray(layout, c.error);
    eventFd = new EventFd(kernel, eventDescriptor);
    e = new EpollConstants(kernel.platform());
    FdTable table = new FdTable(kernel);
    main = new MainEpoll(kernel, e, table, eventFd, Epoll.of(kernel, epollDescriptor));
    readEdges = new EdgeEpoll(kernel, e, table, main, true);
    writeEdges = new EdgeEpoll(kernel, e, table, main, false);
    timerFd = new TimerFd(kernel, e, main, timespecs);
    details = new SocketDetails(kernel, detailed);
    fdKnotes = new FdKnotes(c, e, table, main, readEdges, writeEdges);
    timersAndUsers = new TimerAndUserKnotes(kernel.platform(), c);
    delivery = new EventDelivery(c, e, table, main, readEdges, writeEdges, details, out);
    wait = new EpollWait(shared, timespecs, c.eintr, main, timersAndUsers, eventFd, timerFd);
  }

  /**
   * Opens one.
   *
   * @param detailed whether events have {@code data} and {@code fflags}, for which the kernel is
   *     asked per event; a socket's error is then taken from it
   */
  public static EpollKqueue open(Kernel shared, boolean detailed) throws IOException {
    Kernel kernel = shared.forThread();
    int epoll = Epoll.create(kernel);
    int eventfd = epoll < 0 ? epoll : EventFd.create(kernel);
    if (eventfd < 0) {
      if (epoll >= 0) {
        Descriptors.close(kernel, epoll);
      }
      kernel.release();
      String call = epoll < 0 ? "epoll_create1" : "eventfd";
      throw Failures.of(shared.platform(), call, null, eventfd);
    }
    EpollKqueue made = new EpollKqueue(shared, kernel, detailed, epoll, eventfd);
    try {
      made.check("epoll_ctl", "eventfd", made.eventFd.addTo(made.main, made.e));
      // A filter of system calls that forbids it leaves no other way; here the message can name it.
      made.check("epoll_wait", null, made.main.tryWait());
      return made;
    } catch (Throwable t) {
      made.close();
      throw t;
    }
  }

  private void check(String call, String subject, int result) throws IOException {
    if (result < 0) {
      throw Failures.of(kernel.platform(), call, subject, result);
    }
  }

  /**
   * kevent(2). A change that fails is an event with EV_ERROR, after which the call does not wait;
   * it is the answer itself if there is no room for one, and later changes are then not applied. A
   * call of changes alone is also answered with the errno of the write that was to wake another
   * thread for them; they are applied then.
   */
  @Override
  public int kevent(long changes, int nchanges, long events, int nevents, long timespec) {
    boolean timed = nevents != 0 && timespec != 0;
    if (nchanges < 0 || nevents < 0 || timed && !timespecs.isValid(timespec)) {
      return -c.einval;
    }
    long timeout = timed ? timespecs.get(timespec, LONGEST) : -1;
    Waiter waiter;
    lock.lock();
    try {
      if (closed) {
        return -c.ebadf;
      }
      int answers = nchanges == 0 ? 0 : apply(changes, nchanges, events, nevents);
      if (answers != 0 || nevents == 0) {
        int woken = wait.passOn();
        return answers == 0 ? woken : answers;
      }
      waiter = wait.begin(timeout, nevents);
      wait.enter(waiter, most(nevents));
    } finally {
      lock.unlock();
    }
    return await(waiter, events, nevents);
  }

  private int await(Waiter waiter, long events, int nevents) {
    while (true) {
      int reports = wait.sleep(waiter);
      lock.lock();
      try {
        int result = collect(waiter, reports, events, nevents);
        // Reports that are no events, in all the room there is, can hide some that are.
        if (result == 0 && (reports == waiter.most || !wait.isOver(waiter))) {
          wait.enter(waiter, most(nevents));
          continue;
        }
        wait.end(waiter);
        return result;
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * How many reports of epoll there will be room for. Epoll reports the ready ones in turn, and one
   * without room would lose its turn.
   */
  private int most(int nevents) {
    int room = main.firstRefused() != null ? nevents - 1 : nevents;
    return identsFirst ? Math.max(0, room - timersAndUsers.activeCount()) : room;
  }

  private int collect(Waiter waiter, int reports, long events, int nevents) {
    int left = wait.leave(waiter);
    if (reports < 0) {
      return reports;
    }
    out.start(events, nevents);
    delivery.failRefused(nevents - reports);
    if (identsFirst) {
      timersAndUsers.deliver(out, out.room() - reports);
    }
    int failure = Math.min(left, delivery.deliver(waiter.events, reports));
    if (delivery.wasEventFdReported()) {
      wait.signalTaken();
    }
    if (!identsFirst) {
      timersAndUsers.deliver(out, out.room());
    }
    if (out.isFull()) {
      // Who was last and perhaps found no room is first the next time.
      identsFirst = !identsFirst;
    }
    return out.count() == 0 ? failure : out.count();
  }

  private int apply(long changes, int nchanges, long events, int nevents) {
    out.start(events, nevents);
    long change = changes;
    for (int i = 0; i < nchanges; i++, change += layout.size()) {
      int result = apply(change);
      if (out.answer(change, result, c.receipt)) {
        return result;
      }
    }
    return out.count();
  }

  private int apply(long change) {
    int filter = layout.filter(change);
    int flags = layout.flags(change);
    long ident = layout.ident(change);
    int fflags = layout.fflags(change);
    long data = layout.data(change);
    long udata = layout.udata(change);
    if (filter == c.read || filter == c.write) {
      return fdKnotes.apply(filter == c.read, ident, flags, fflags, data, udata);
    }
    return filter == c.timer || filter == c.user
        ? timersAndUsers.apply(filter == c.timer, ident, flags, fflags, data, udata)
        : -c.einval;
  }

  @Override
  public void forget(int fd) {
    lock.lock();
    try {
      if (!closed) {
        fdKnotes.forget(fd);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void release(int fd) {
    lock.lock();
    try {
      if (!closed) {
        fdKnotes.release(fd);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public KeventLayout layout() {
    return layout;
  }

  @Override
  public String describe() {
    return detailed ? "embedded kqueue (epoll, detailed)" : "embedded kqueue (epoll)";
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      readEdges.close();
      writeEdges.close();
      main.close();
      timerFd.close();
      eventFd.close();
      details.free();
      wait.free();
      kernel.release();
    } finally {
      lock.unlock();
    }
  }
}
