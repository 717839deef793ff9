package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A kqueue to try things on, with room for one change and one event. Every wait is bounded. */
final class ProbeQueue implements AutoCloseable {
  private final Kqueue kqueue;
  private final KqueueConstants facts;
  private final ChangeList change;
  private final Events event = new Events(1);
  private final Timeout timeout;

  ProbeQueue(Kernel kernel, KqueueConstants facts) throws IOException {
    this.facts = facts;
    kqueue = Kqueues.open(kernel);
    change = new ChangeList(kqueue.layout());
    timeout = new Timeout(facts.platform);
    event.begin(facts, kqueue.layout());
  }

  /** Sets the change that goes out with the next wait. */
  ProbeQueue with(long ident, int filter, int flags, int fflags, long data) {
    change.put(ident, filter, flags, fflags, data, 0);
    return this;
  }

  /** Makes a change at once, from any thread. */
  void apply(long ident, int filter, int flags, int fflags) {
    KeventCall.apply(kqueue, ident, filter, flags, fflags, 0);
  }

  /**
   * Waits for an event.
   *
   * @return whether one came in time, to be looked at in {@link #event()}
   */
  boolean await(int millis) throws IOException {
    event.begin(facts, kqueue.layout());
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (; ; ) {
      long time = timeout.of(Math.max(end - System.nanoTime(), 0));
      int changes = change.count();
      int count = kqueue.kevent(change.address(), changes, event.address(), 1, time);
      change.sent(changes);
      // EINTR: the change was applied, and the rest of the time is left.
      if (count != -facts.eintr) {
        return received(count);
      }
    }
  }

  private boolean received(int count) throws IOException {
    if (count < 0) {
      throw Failures.of(facts.platform, "kevent", "probe", count);
    }
    if (count > 0) {
      event.keep(0, null);
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
    Object name = facts.platform.errno(errno);
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
