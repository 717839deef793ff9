package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A kqueue on epoll, eventfd and timerfd: EVFILT_READ, EVFILT_WRITE, EVFILT_TIMER and EVFILT_USER.
 *
 * <p>One lock guards everything, and nobody waits with it: a call takes it for its changes and once
 * more for its events.
 *
 * <p>Where a kernel's kqueue does otherwise, since epoll (epoll(7), epoll_ctl(2)) cannot tell:
 *
 * <ul>
 *   <li>A descriptor has to be {@linkplain #forget forgotten} before it is closed. If not, its
 *       knotes are found to be gone by the next change with another udata, and until then a
 *       deletion of one goes well.
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
final class EmbeddedKqueue implements Kqueue {
  /** Reports taken from epoll at once; a larger event array is filled by more calls. */
  static final int MOST_REPORTS = 4096;

  private static final long SECOND = 1_000_000_000;
  private static final long INVALID = Long.MIN_VALUE;

  /** Longer time-outs are shortened to it: 73 years, a quarter of what nanoTime counts. */
  private static final long LONGEST = Long.MAX_VALUE / 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final Kernel kernel;
  private final Numbers n;
  private final KeventLayout layout;
  private final int secondsOffset;
  private final int nanosOffset;
  private final boolean detailed;
  private final EventList out;
  private final Wakeup wakeup;
  private final Alarm alarm;
  private final Details details;
  private final Registry registry;
  private final DescriptorChanges descriptors;
  private final Readiness readiness;
  private final ActiveKnotes active;
  private final Timers timers;
  private final UserEvents users;
  private final Waits waits;
  private boolean identsFirst;
  private boolean closed;

  private EmbeddedKqueue(Kernel shared, Kernel kernel, boolean detailed, int epoll, int eventfd) {
    // What is called under the lock is called by one thread at a time.
    this.kernel = kernel;
    this.detailed = detailed;
    n = new Numbers(kernel.platform());
    layout = new KeventLayout(kernel.keventStruct());
    Struct timespec = kernel.platform().struct("timespec");
    secondsOffset = timespec.offset("tv_sec");
    nanosOffset = timespec.offset("tv_nsec");
    out = new EventList(layout, n.error);
    wakeup = new Wakeup(kernel, n, eventfd);
    alarm = new Alarm(kernel, n);
    details = new Details(kernel, detailed);
    registry = new Registry(kernel, n, Epoll.of(kernel, epoll), wakeup, alarm);
    descriptors = new DescriptorChanges(n, registry);
    readiness = new Readiness(n, registry, details, out);
    IdentMap timerKnotes = new IdentMap();
    IdentMap userKnotes = new IdentMap();
    active = new ActiveKnotes(n, timerKnotes, userKnotes);
    timers = new Timers(kernel.platform(), n, timerKnotes, active);
    users = new UserEvents(n, userKnotes, active);
    waits = new Waits(shared, n, registry, active, timers, wakeup, alarm);
  }

  /**
   * @param detailed whether events have {@code data} and {@code fflags}, for which the kernel is
   *     asked per event; a socket's error is then taken from it
   */
  static EmbeddedKqueue open(Kernel shared, boolean detailed) throws IOException {
    Kernel kernel = shared.bound();
    int epoll = Epoll.create(kernel);
    int eventfd = epoll < 0 ? epoll : Wakeup.create(kernel);
    if (eventfd < 0) {
      if (epoll >= 0) {
        Calls.close(kernel, epoll);
      }
      kernel.release();
      String call = epoll < 0 ? "epoll_create1" : "eventfd";
      throw Failures.of(shared.platform(), call, null, eventfd);
    }
    EmbeddedKqueue made = new EmbeddedKqueue(shared, kernel, detailed, epoll, eventfd);
    try {
      made.check("epoll_ctl", "eventfd", made.wakeup.addTo(made.registry.main()));
      // A filter of system calls that forbids it leaves no other way; here its name can be told.
      made.check("epoll_wait", null, made.registry.main().tryWait());
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
    long timeout = nevents == 0 || timespec == 0 ? -1 : nanos(timespec);
    if (timeout == INVALID || nchanges < 0 || nevents < 0) {
      return -n.einval;
    }
    Waiter waiter;
    lock.lock();
    try {
      if (closed) {
        return -n.ebadf;
      }
      int answers = nchanges == 0 ? 0 : apply(changes, nchanges, events, nevents);
      if (answers != 0 || nevents == 0) {
        int woken = waits.passOn();
        return answers == 0 ? woken : answers;
      }
      waiter = waits.begin(timeout, nevents);
      waits.enter(waiter, most(nevents));
    } finally {
      lock.unlock();
    }
    return await(waiter, events, nevents);
  }

  private int await(Waiter waiter, long events, int nevents) {
    while (true) {
      int reports = waits.sleep(waiter);
      lock.lock();
      try {
        int result = collect(waiter, reports, events, nevents);
        // Reports that are no events, in all the room there is, can hide some that are.
        if (result == 0 && (reports == waiter.most || !waits.isOver(waiter))) {
          waits.enter(waiter, most(nevents));
          continue;
        }
        waits.end(waiter);
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
    int room = registry.hasRefused() ? nevents - 1 : nevents;
    return identsFirst ? Math.max(0, room - active.size()) : room;
  }

  private int collect(Waiter waiter, int reports, long events, int nevents) {
    int left = waits.leave(waiter);
    if (reports < 0) {
      return reports;
    }
    out.start(events, nevents);
    readiness.tellRefused(nevents - reports);
    if (identsFirst) {
      active.deliver(out, out.room() - reports);
    }
    int failure = Math.min(left, readiness.translate(waiter.events, reports));
    if (readiness.tookWakeup()) {
      waits.signalTaken();
    }
    if (!identsFirst) {
      active.deliver(out, out.room());
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
      boolean receipt = (layout.flags(change) & n.receipt) != 0;
      if (result < 0 && out.isFull()) {
        return result;
      }
      if ((result < 0 || receipt) && !out.isFull()) {
        answer(change, -result);
      }
    }
    return out.count();
  }

  private void answer(long change, int errno) {
    // The arrays may be the same one, so all is read before the entry is written.
    out.putError(
        layout.ident(change),
        layout.filter(change),
        layout.fflags(change),
        layout.udata(change),
        errno);
  }

  private int apply(long change) {
    int filter = layout.filter(change);
    int flags = layout.flags(change);
    long ident = layout.ident(change);
    int fflags = layout.fflags(change);
    long data = layout.data(change);
    long udata = layout.udata(change);
    if (filter == n.filterRead || filter == n.filterWrite) {
      return descriptors.apply(filter == n.filterRead, ident, flags, fflags, data, udata);
    }
    if (filter == n.filterUser) {
      return users.apply(ident, flags, fflags, data, udata);
    }
    return filter == n.filterTimer ? timers.apply(ident, flags, fflags, data, udata) : -n.einval;
  }

  private long nanos(long timespec) {
    long seconds = Memory.getLong(timespec + secondsOffset);
    long nanos = Memory.getLong(timespec + nanosOffset);
    if (seconds < 0 || nanos < 0 || nanos >= SECOND) {
      return INVALID;
    }
    return seconds > LONGEST / SECOND ? LONGEST : seconds * SECOND + nanos;
  }

  @Override
  public void forget(int fd) {
    lock.lock();
    try {
      if (!closed) {
        registry.forget(fd);
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
        registry.release(fd);
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
      registry.close();
      alarm.close();
      wakeup.close();
      details.free();
      waits.free();
      kernel.release();
    } finally {
      lock.unlock();
    }
  }
}
