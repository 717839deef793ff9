package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;

/** A knote of ident 0 that a change makes fire, and that resets itself. */
final class EventWakeup implements Wakeup {
  private final Kqueue kqueue;
  private final int filter;
  private final long change;

  private EventWakeup(Kqueue kqueue, int filter, int flags, int fflags) {
    this.kqueue = kqueue;
    this.filter = filter;
    change = NativeMemory.allocate(kqueue.layout().size());
    kqueue.layout().put(change, 0, filter, flags, fflags, 0, 0);
  }

  /**
   * The spec's: an EVFILT_TIMER without delay, added each time. It fires at once and once on Darwin
   * and on the kqueue over epoll; on FreeBSD it would repeat every millisecond, and NetBSD refuses
   * it.
   */
  static EventWakeup timer(Kqueue kqueue, KqueueConstants c) {
    return new EventWakeup(kqueue, c.timer, c.add | c.enable | c.clear, 0);
  }

  /** An EVFILT_USER, added once and then triggered. */
  static EventWakeup user(Kqueue kqueue, KqueueConstants c) throws IOException {
    int added = ImmediateChanges.apply(kqueue, 0, c.user, c.add | c.clear, 0, 0);
    if (added < 0) {
      throw Failures.of(c.platform, "kevent", "EVFILT_USER EV_ADD|EV_CLEAR", added);
    }
    // No flags: with EV_CLEAR the triggering change would cancel itself on FreeBSD and NetBSD.
    return new EventWakeup(kqueue, c.user, 0, c.trigger);
  }

  @Override
  public boolean isEvent(int filter, long ident) {
    return filter == this.filter && ident == 0;
  }

  @Override
  public int trigger() {
    return kqueue.kevent(change, 1, 0, 0, 0);
  }

  @Override
  public int consumed() {
    return 0;
  }

  @Override
  public void close() {
    NativeMemory.free(change);
  }
}
