package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Probes, on kqueues opened for that, what the loop relies on and systems differ in. */
final class Probes {
  private static final int INT = 4;

  /** Long for a kernel that fires at once, also on a busy machine. */
  private static final int SOON_MILLIS = 250;

  /** Long enough for a timer that repeats every millisecond to do so, even in ticks of 10 ms. */
  private static final int QUIET_MILLIS = 25;

  private final Kernel kernel;
  private final KqueueConstants c;

  Probes(Kernel kernel, KqueueConstants c) {
    this.kernel = kernel;
    this.c = c;
  }

  /** The best wakeup that works. */
  Wakeup.Kind bestWakeup() throws IOException {
    for (Wakeup.Kind kind : Wakeup.Kind.values()) {
      if (objection(kind) == null) {
        return kind;
      }
    }
    throw new AssertionError("a pipe always works");
  }

  /** Why a wakeup does not work here, or {@code null} if it does. */
  String objection(Wakeup.Kind kind) throws IOException {
    return switch (kind) {
      case TIMER -> timer();
      case USER -> user();
      case PIPE -> null;
    };
  }

  private String timer() throws IOException {
    try (Queue queue = new Queue(kernel, c)) {
      for (int round = 0; round < 2; round++) {
        queue.with(0, c.timer, c.add | c.enable | c.clear, 0, 0);
        String objection = firesOnce(queue, "EVFILT_TIMER", c.timer);
        if (objection != null) {
          return objection;
        }
      }
      int flags = c.add | c.enable | c.clear;
      return firesFromElsewhere(queue, "EVFILT_TIMER", c.timer, flags, 0);
    }
  }

  private String user() throws IOException {
    if (c.user == KqueueConstants.NO_FILTER) {
      return c.platform + " has no EVFILT_USER";
    }
    try (Queue queue = new Queue(kernel, c)) {
      if (queue.with(0, c.user, c.add | c.clear, 0, 0).await(0)) {
        String refusal = queue.refusal();
        return refusal != null
            ? "EVFILT_USER is refused with " + refusal
            : "EVFILT_USER fires without a trigger";
      }
      queue.with(0, c.user, 0, c.trigger, 0);
      String objection = firesOnce(queue, "EVFILT_USER", c.user);
      return objection == null
          ? firesFromElsewhere(queue, "EVFILT_USER", c.user, 0, c.trigger)
          : objection;
    }
  }

  /** libkqueue 2.4 to 2.6.4 hold their lock while a thread waits. */
  private String firesFromElsewhere(Queue queue, String name, int filter, int flags, int fflags)
      throws IOException {
    if (!Kqueues.isLibkqueue(kernel)) {
      return null;
    }
    Thread other =
        new Thread(() -> {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS));
          queue.apply(0, filter, flags, fflags);
        });
    other.start();
    boolean fired = queue.await(SOON_MILLIS);
    join(other);
    return fired
        ? null
        : name + " of another thread awaits the end of the wait, as in libkqueue 2.4 to 2.6";
  }

  private static void join(Thread other) {
    boolean interrupted = false;
    while (other.isAlive()) {
      try {
        other.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private String firesOnce(Queue queue, String name, int filter) throws IOException {
    if (!queue.await(SOON_MILLIS)) {
      return name + " does not fire within " + SOON_MILLIS + " ms";
    }
    String refusal = queue.refusal();
    if (refusal != null) {
      return name + " is refused with " + refusal;
    }
    if (queue.event().filter(0) != filter) {
      return name + " does not come back as itself";
    }
    return queue.await(QUIET_MILLIS) ? name + " fires again and again" : null;
  }

  /** Whether NOTE_LOWAT keeps EVFILT_READ silent about data, and only about data. */
  boolean lowatHolds() throws IOException {
    Platform platform = kernel.platform();
    long fds = NativeMemory.allocate(2 * INT);
    try {
      int unix = platform.get(Constant.AF_UNIX);
      int stream = platform.get(Constant.SOCK_STREAM);
      int result = kernel.socketpair(unix, stream, 0, fds);
      if (result < 0) {
        if (Failures.isPassing(platform, result)) {
          // Else it would be remembered as an answer.
          throw Failures.of(platform, "socketpair", "probe", result);
        }
        // Without NOTE_LOWAT PEER_CLOSE works anywhere.
        return false;
      }
      return lowatHolds(Memory.getInt(fds), Memory.getInt(fds + INT), fds);
    } finally {
      NativeMemory.free(fds);
    }
  }

  private boolean lowatHolds(int fd, int peer, long anyByte) throws IOException {
    boolean peerOpen = true;
    try (Queue queue = new Queue(kernel, c)) {
      int flags = c.add | c.clear;
      long written = kernel.write(peer, anyByte, 1);
      if (Failures.isPassing(c.platform, (int) written)) {
        throw Failures.of(c.platform, "write", "probe", (int) written);
      }
      if (written != 1) {
        return false;
      }
      queue.with(fd, c.read, flags, c.lowat, KqueueConstants.NEVER_REACHED);
      if (queue.await(0)) {
        return false;
      }
      kernel.close(peer);
      peerOpen = false;
      return queue.await(SOON_MILLIS) && queue.event().isEof(0);
    } finally {
      // No other code has these two, so a failed close harms nothing.
      kernel.close(fd);
      if (peerOpen) {
        kernel.close(peer);
      }
    }
  }

  /** A kqueue to try things on, with room for one change and one event. Every wait is bounded. */
  private static final class Queue implements AutoCloseable {
    private final Kqueue kqueue;
    private final Kernel kernel;
    private final KqueueConstants c;
    private final Changes change;
    private final Events event = new Events(1);
    private final Timeout timeout;

    Queue(Kernel kernel, KqueueConstants c) throws IOException {
      this.kernel = kernel;
      this.c = c;
      kqueue = Kqueues.open(kernel);
      change = new Changes(c, kqueue.layout(), false, false);
      timeout = new Timeout(c.platform);
      event.begin(c, kqueue.layout());
    }

    /** Sets the change that the next wait sends. */
    Queue with(long ident, int filter, int flags, int fflags, long data) {
      change.put(ident, filter, flags, fflags, data, 0);
      return this;
    }

    /** Makes a change at once, from any thread. */
    void apply(long ident, int filter, int flags, int fflags) {
      ImmediateChanges.apply(kqueue, ident, filter, flags, fflags, 0);
    }

    /**
     * Waits for an event.
     *
     * @return whether one came in time, to be looked at in {@link #event()}
     */
    boolean await(int millis) throws IOException {
      event.begin(c, kqueue.layout());
      long end = kernel.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      for (; ; ) {
        long time = timeout.of(Math.max(end - kernel.nanoTime(), 0));
        int changes = change.count();
        int count = kqueue.kevent(change.address(), changes, event.address(), 1, time);
        change.sent(changes);
        // EINTR: the change was applied, and the rest of the time is left.
        if (count != -c.eintr) {
          return received(count);
        }
      }
    }

    private boolean received(int count) throws IOException {
      if (count < 0) {
        throw Failures.of(c.platform, "kevent", "probe", count);
      }
      if (count > 0) {
        event.keep(0, null);
        if (event.isError(0) && Failures.isPassing(c.platform, -(int) event.data(0))) {
          // Else it would be remembered as an answer.
          throw Failures.of(c.platform, "kevent", "probe", -(int) event.data(0));
        }
      }
      return count > 0;
    }

    Events event() {
      return event;
    }

    /** The name of the errno with which the kernel has refused the change, or {@code null}. */
    String refusal() {
      if (event.size() == 0 || !event.isError(0)) {
        return null;
      }
      int errno = (int) event.data(0);
      Object name = c.platform.errno(errno);
      return name != null ? name.toString() : "errno " + errno;
    }

    @Override
    public void close() {
      kqueue.close();
      change.free();
      timeout.free();
      event.close();
    }
  }
}
