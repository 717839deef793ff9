package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import java.io.IOException;

/** An EVFILT_USER of ident 0 that resets itself. */
final class UserWakeup implements Wakeup {
  private final int filter;
  private final KeventCall trigger;

  UserWakeup(Kqueue kqueue, KqueueConstants facts) throws IOException {
    filter = facts.user;
    int added = KeventCall.apply(kqueue, 0, filter, facts.add | facts.clear, 0, 0);
    if (added < 0) {
      throw Failures.of(facts.platform, "kevent", "EVFILT_USER EV_ADD|EV_CLEAR", added);
    }
    // No flags: with EV_CLEAR the triggering change would cancel itself on FreeBSD and NetBSD.
    trigger = new KeventCall(kqueue, 0, filter, 0, facts.trigger);
  }

  @Override
  public int filter() {
    return filter;
  }

  @Override
  public long ident() {
    return 0;
  }

  @Override
  public int trigger() {
    return trigger.make();
  }

  @Override
  public int consumed() {
    return 0;
  }

  @Override
  public void close() {
    trigger.free();
  }
}
