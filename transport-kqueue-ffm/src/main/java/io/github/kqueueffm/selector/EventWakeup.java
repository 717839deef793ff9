package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;

/** A knote of ident 0 that fires by a change and is reset by EV_CLEAR. */
final class EventWakeup implements Wakeup {
  private final Kind kind;
  private final Kqueue kqueue;
  private final int filter;
  private final long change;

  private EventWakeup(Kind kind, Kqueue kqueue, int filter, int flags, int fflags) {
    this.kind = kind;
    this.kqueue = kqueue;
    this.filter = filter;
    change = NativeMemory.allocate(kqueue.layout().size());
    kqueue.layout().put(change, 0, filter, flags, fflags, 0, 0);
  }

  /**
   * The spec's: an EVFILT_TIMER without delay, added each time. By its source Darwin fires it at
   * once and once, as the kqueue over epoll does. On FreeBSD it repeats every millisecond, and
   * NetBSD refuses it.
   */
  static EventWakeup timer(Kqueue kqueue, KqueueConstants c) {
    return new EventWakeup(Kind.TIMER, kqueue, c.timer, c.add | c.enable | c.clear, 0);
  }

  /** An EVFILT_USER, added once and then triggered. */
  static EventWakeup user(Kqueue kqueue, KqueueConstants c) throws IOException {
    int added = ImmediateChanges.apply(kqueue, 0, c.user, c.add | c.clear, 0, 0);
    if (added < 0) {
      throw Failures.of(c.platform, "kevent", "EVFILT_USER EV_ADD|EV_CLEAR", added);
    }
    // No flags: with EV_CLEAR the triggering change would cancel itself on FreeBSD and NetBSD.
    return new EventWakeup(Kind.USER, kqueue, c.user, 0, c.trigger);
  }

  @Override
  public Kind kind() {
    return kind;
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
  public int consumed(int filter, long ident) {
    return 0;
  }

  @Override
  public void close() {
    NativeMemory.free(change);
  }
}
