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
import java.util.function.LongSupplier;

/**
 * A kqueue on epoll, eventfd and timerfd: EVFILT_READ, EVFILT_WRITE, EVFILT_TIMER and EVFILT_USER.
 *
 * <p>One lock guards all state, and no thread waits for events while it holds it. A call takes the
 * lock for its changes, and again for its events.
 *
 * <p>It differs from a kernel's kqueue where epoll(7) and epoll_ctl(2) do not offer what is needed:
 *
 * <ul>
 *   <li>A descriptor has to be {@linkplain #forget forgotten} before it is closed. Otherwise its
 *       knotes stay until the next change with another udata, and until then deleting one succeeds.
 *   <li>Regular files and directories are refused with EPERM.
 *   <li>EVFILT_WRITE of a stream whose output was shut down on this side is ready without EV_EOF.
 *       EVFILT_WRITE of a TCP socket that was never connected is ready with EV_EOF.
 *   <li>NOTE_LOWAT is refused with EINVAL, except for a mark of 0x7fffffff on EVFILT_READ with
 *       EV_CLEAR, which waits only for the end of the stream. It is reported once per EV_ADD.
 *   <li>Events have neither data nor fflags unless {@code detailed}. In that case only EVFILT_READ
 *       has data, which is 1 for a listener.
 *   <li>A receipt is returned if there is room for it. A change without room for its receipt is
 *       applied nevertheless, as on Darwin.
 * </ul>
 */
public final class EpollKqueue implements Kqueue {
  /** The most reports that one call takes from epoll. More calls fill a larger event array. */
  static final int MOST_REPORTS = 4096;

  /**
   * The longest time-out, to which longer ones are shortened: 73 years, a quarter of the range of
   * nanoTime.
   */
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
      Kernel shared,
      Kernel kernel,
      boolean detailed,
      LongSupplier clock,
      int epollDescriptor,
      int eventDescriptor) {
    // Calls under the lock are made by one thread at a time.
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
    timersAndUsers = new TimerAndUserKnotes(kernel.platform(), c, clock);
    delivery = new EventDelivery(c, e, table, main, readEdges, writeEdges, details, out);
    wait = new EpollWait(shared, clock, timespecs, c.eintr, main, timersAndUsers, eventFd, timerFd);
  }

  /**
   * Opens a kqueue.
   *
   * @param detailed whether events have {@code data} and {@code fflags}, which the kernel is asked
   *     for on each event; this takes the error from the socket
   */
  public static EpollKqueue open(Kernel shared, boolean detailed) throws IOException {
    return open(shared, detailed, shared::nanoTime);
  }

  /**
   * Opens a kqueue that takes the time from a clock.
   *
   * @param clock CLOCK_MONOTONIC, by which the kernel sleeps, in nanoseconds
   */
  static EpollKqueue open(Kernel shared, boolean detailed, LongSupplier clock) throws IOException {
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
    EpollKqueue made = new EpollKqueue(shared, kernel, detailed, clock, epoll, eventfd);
    try {
      made.check("epoll_ctl", "eventfd", made.eventFd.addTo(made.main, made.e));
      // If a filter of system calls forbids epoll_wait, it has no replacement. Here the message can
      // name it.
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
   * kevent(2). A change that fails becomes an event with EV_ERROR, and the call then does not wait.
   * Without room for that event the call returns the errno, and later changes are not applied. A
   * call without room for events also returns the errno of a failed write that should have woken
   * another thread for its changes, which are applied.
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
        // Reports that do not become events may have filled all the room and hide others that do.
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
   * {@return the number of reports of epoll for which there will be room} Epoll reports ready
   * descriptors in turn, and one without room would lose its turn.
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
      // The kind of event that came last may have found no room, so it comes first the next time.
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
