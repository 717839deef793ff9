package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.InterceptedKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Linux's kernel with a kqueue and a kevent that behave like libkqueue's, so that what is done
 * about that library's ways is tried where there is no libkqueue. Behind it is a detailed embedded
 * kqueue.
 */
@SuppressWarnings("exports") // For the tests of other packages.
public final class ImitatedLibrary {
  private static final int MOST_EVENTS = 512;
  private static final int INT = 4;
  private static final int NSEC = 8;
  private static final long A_MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  private final Kernel real;
  private final Version version;
  private final Platform platform;
  private final KeventLayout layout;
  private final Map<Integer, Queue> queues = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger(2_000_000);

  /**
   * In what the releases differ.
   *
   * @see Queue
   */
  public enum Version {
    V2_3(false, false),
    V2_4_TO_2_6(true, true),
    V2_7(true, false);

    /** One epoll registration of a descriptor serves both filters. */
    private final boolean sharesFilters;

    /** A change waits for the end of a wait that is under way. */
    private final boolean locksDuringWait;

    Version(boolean sharesFilters, boolean locksDuringWait) {
      this.sharesFilters = sharesFilters;
      this.locksDuringWait = locksDuringWait;
    }
  }

  public ImitatedLibrary(Kernel real, Version version) {
    this.real = real;
    this.version = version;
    platform = real.platform();
    layout = new KeventLayout(real.keventStruct());
  }

  public Kernel kernel() {
    return imitated(real);
  }

  private Kernel imitated(Kernel served) {
    return new InterceptedKernel(platform, served) {
      @Override
      public Kernel forThread() {
        return imitated(served.forThread());
      }

      @Override
      public boolean has(Call call) {
        return call == Call.KQUEUE || call == Call.KEVENT || super.has(call);
      }

      @Override
      protected Number intercept(String method, Object... arguments) {
        return switch (method) {
          case "kqueue" -> openQueue();
          case "kevent" -> call(arguments);
          case "close" -> closeQueue((int) arguments[0]);
          default -> null;
        };
      }
    };
  }

  private int openQueue() {
    int number = next.getAndIncrement();
    try {
      queues.put(number, new Queue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return number;
  }

  private int call(Object... arguments) {
    return queues
        .get(arguments[0])
        .kevent(
            (long) arguments[1],
            (int) arguments[2],
            (long) arguments[3],
            (int) arguments[4],
            (long) arguments[5]);
  }

  private Number closeQueue(int fd) {
    Queue closed = queues.remove(fd);
    if (closed != null) {
      closed.close();
      return 0;
    }
    queues.values().forEach(queue -> queue.closed(fd));
    return null;
  }

  /** Of a descriptor, not of a timer or user event. */
  private record Knote(long ident, int filter) {}

  /** What was added: the udata stays until it is deleted. */
  private record Added(long udata, int flags, int fflags) {}

  private final class Queue {
    final Kqueue kqueue;
    private final int own;
    private final ReentrantLock waiting = new ReentrantLock();
    private final Map<Knote, Added> added = new HashMap<>();
    private final Set<Knote> stale = new HashSet<>();

    /** Reads whose registration has lost EPOLLET and EPOLLRDHUP to the write filter's. */
    private final Set<Long> blunt = new HashSet<>();

    Queue() throws IOException {
      kqueue = Kqueues.openDetailed(real);
      own = real.eventfd(0, platform.get(Constant.EFD_CLOEXEC));
    }

    int kevent(long changes, int nchanges, long events, int nevents, long timespec) {
      if (version.locksDuringWait) {
        waiting.lock();
        try {
          return keventNow(changes, nchanges, events, nevents, timespec);
        } finally {
          waiting.unlock();
        }
      }
      return keventNow(changes, nchanges, events, nevents, timespec);
    }

    private int keventNow(long changes, int nchanges, long events, int nevents, long timespec) {
      for (int i = 0; i < nchanges; i++) {
        int result = apply(changes + (long) i * layout.size());
        // With room for events the failure is forgotten, and the call waits.
        if (result < 0 && nevents == 0) {
          return result;
        }
      }
      if (nevents == 0) {
        return 0;
      }
      if (isNegative(timespec)) {
        throw new AssertionError("here the library waits for ever, with its test");
      }
      int count = kqueue.kevent(0, 0, events, Math.min(nevents, MOST_EVENTS), timespec);
      for (int i = 0; i < count; i++) {
        delivered(events + (long) i * layout.size());
      }
      return count;
    }

    private boolean isNegative(long timespec) {
      return timespec != 0 && (Memory.getLong(timespec) < 0 || Memory.getLong(timespec + NSEC) < 0);
    }

    private synchronized int apply(long change) {
      Knote knote = new Knote(layout.ident(change), layout.filter(change));
      if (!isOfDescriptor(knote)) {
        return kqueue.kevent(change, 1, 0, 0, 0);
      }
      int flags = layout.flags(change);
      if (stale.contains(knote)) {
        return applyToStale(knote, flags);
      }
      Added before = added.get(knote);
      long udata = before != null ? before.udata : layout.udata(change);
      // The low-water mark is not looked at: every arrival is an event of an EV_CLEAR knote.
      int result = put(knote, flags, udata);
      if (result == 0) {
        applied(knote, flags, new Added(udata, flags, layout.fflags(change)));
      }
      return result;
    }

    private int put(Knote knote, int flags, long udata) {
      long copy = NativeMemory.allocate(layout.size());
      try {
        layout.put(copy, knote.ident, knote.filter, flags, 0, 0, udata);
        return kqueue.kevent(copy, 1, 0, 0, 0);
      } finally {
        NativeMemory.free(copy);
      }
    }

    private int applyToStale(Knote knote, int flags) {
      if (has(flags, Constant.EV_DELETE)) {
        stale.remove(knote);
      }
      // An addition goes well, and nothing will ever be told.
      return 0;
    }

    private void applied(Knote knote, int flags, Added change) {
      if (has(flags, Constant.EV_DELETE)) {
        added.remove(knote);
      } else if (has(flags, Constant.EV_ADD)) {
        added.put(knote, change);
      }
      if (isRead(knote)) {
        blunt.remove(knote.ident);
      } else {
        writeChanged(knote.ident);
      }
    }

    /** The registration is made anew with what the write filter asks for, and EPOLLIN. */
    private void writeChanged(long ident) {
      Knote read = new Knote(ident, platform.get(Constant.EVFILT_READ));
      Added sentinel = added.get(read);
      if (!version.sharesFilters || sentinel == null || !has(sentinel.flags, Constant.EV_CLEAR)) {
        return;
      }
      put(read, platform.get(Constant.EV_DELETE), sentinel.udata);
      put(read, sentinel.flags & ~platform.get(Constant.EV_CLEAR), sentinel.udata);
      blunt.add(ident);
    }

    private synchronized void delivered(long event) {
      Knote knote = new Knote(layout.ident(event), layout.filter(event));
      Added change = added.get(knote);
      if (change == null) {
        return;
      }
      tell(event, knote, change);
      if (has(change.flags, Constant.EV_ONESHOT)) {
        added.remove(knote);
        if (!isRead(knote)) {
          writeChanged(knote.ident);
        }
      }
    }

    /** SO_ERROR is taken with the event and is its fflags, else those of the change are. */
    private void tell(long event, Knote knote, Added change) {
      int flags = layout.flags(event);
      int errno = layout.fflags(event) != 0 ? layout.fflags(event) : takeError((int) knote.ident);
      if (errno != 0) {
        flags |= platform.get(Constant.EV_EOF);
      } else if (blunt.contains(knote.ident) && isRead(knote) && layout.data(event) > 0) {
        // EPOLLRDHUP is not asked for any more, so the end is seen when there are no bytes left.
        flags &= ~platform.get(Constant.EV_EOF);
      }
      layout.put(
          event,
          knote.ident,
          knote.filter,
          flags,
          errno != 0 ? errno : change.fflags,
          layout.data(event),
          change.udata);
    }

    private int takeError(int fd) {
      long value = NativeMemory.allocate(2 * INT);
      try {
        Memory.putInt(value + INT, INT);
        int level = platform.get(Constant.SOL_SOCKET);
        int error = platform.get(Constant.SO_ERROR);
        // ENOTSOCK: a pipe has none.
        return real.getsockopt(fd, level, error, value, value + INT) < 0 ? 0 : Memory.getInt(value);
      } finally {
        NativeMemory.free(value);
      }
    }

    synchronized void closed(int fd) {
      for (Constant filter : new Constant[] {Constant.EVFILT_READ, Constant.EVFILT_WRITE}) {
        Knote knote = new Knote(fd, platform.get(filter));
        if (added.remove(knote) != null) {
          stale.add(knote);
        }
      }
      blunt.remove((long) fd);
      kqueue.forget(fd);
    }

    /** A thread of the library's frees its descriptors, when it hears of the close. */
    void close() {
      kqueue.close();
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            LockSupport.parkNanos(A_MOMENT_NANOS);
            real.close(own);
          });
    }

    private boolean isRead(Knote knote) {
      return knote.filter == platform.get(Constant.EVFILT_READ);
    }

    private boolean isOfDescriptor(Knote knote) {
      return isRead(knote) || knote.filter == platform.get(Constant.EVFILT_WRITE);
    }

    private boolean has(int flags, Constant flag) {
      return (flags & platform.get(flag)) != 0;
    }
  }
}
