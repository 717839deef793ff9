package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Tries whether a wakeup does what its loop relies on. */
final class WakeupProbe {
  /** Long for a kernel that fires at once, also on a busy machine. */
  private static final int SOON_MILLIS = 250;

  /** Long enough for a timer that repeats every millisecond to do so, even in ticks of 10 ms. */
  private static final int QUIET_MILLIS = 25;

  private final Kernel kernel;
  private final KqueueConstants facts;

  WakeupProbe(Kernel kernel, KqueueConstants facts) {
    this.kernel = kernel;
    this.facts = facts;
  }

  /** The best one that works. */
  WakeupKind best() throws IOException {
    for (WakeupKind kind : WakeupKind.values()) {
      if (objection(kind) == null) {
        return kind;
      }
    }
    throw new AssertionError("a pipe always works");
  }

  /** Why it does not work here, or {@code null} if it does. */
  String objection(WakeupKind kind) throws IOException {
    return switch (kind) {
      case TIMER -> timer();
      case USER -> user();
      case PIPE -> null;
    };
  }

  private String timer() throws IOException {
    try (ProbeQueue queue = new ProbeQueue(kernel, facts)) {
      for (int round = 0; round < 2; round++) {
        queue.with(0, facts.timer, facts.add | facts.enable | facts.clear, 0, 0);
        String objection = firesOnce(queue, "EVFILT_TIMER", facts.timer);
        if (objection != null) {
          return objection;
        }
      }
      int flags = facts.add | facts.enable | facts.clear;
      return firesFromElsewhere(queue, "EVFILT_TIMER", facts.timer, flags, 0);
    }
  }

  private String user() throws IOException {
    if (facts.user == KqueueConstants.NO_FILTER) {
      return facts.platform + " has no EVFILT_USER";
    }
    try (ProbeQueue queue = new ProbeQueue(kernel, facts)) {
      if (queue.with(0, facts.user, facts.add | facts.clear, 0, 0).await(0)) {
        String refusal = queue.refusal();
        return refusal != null
            ? "EVFILT_USER is refused with " + refusal
            : "EVFILT_USER fires without a trigger";
      }
      queue.with(0, facts.user, 0, facts.trigger, 0);
      String objection = firesOnce(queue, "EVFILT_USER", facts.user);
      return objection == null
          ? firesFromElsewhere(queue, "EVFILT_USER", facts.user, 0, facts.trigger)
          : objection;
    }
  }

  /** libkqueue 2.4 to 2.6.4 hold their lock while a thread waits. */
  private String firesFromElsewhere(
      ProbeQueue queue, String name, int filter, int flags, int fflags) throws IOException {
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

  private String firesOnce(ProbeQueue queue, String name, int filter) throws IOException {
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
}
