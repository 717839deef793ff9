package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;

/**
 * The spec's wakeup: an EVFILT_TIMER of ident 0 and no delay, added each time. It fires at once and
 * once on Darwin and on the embedded kqueue; on FreeBSD it would repeat every millisecond, and
 * NetBSD refuses it.
 */
final class TimerWakeup implements Wakeup {
  private final int filter;
  private final KeventCall add;

  TimerWakeup(Kqueue kqueue, KqueueConstants facts) {
    filter = facts.timer;
    add = new KeventCall(kqueue, 0, filter, facts.add | facts.enable | facts.clear, 0);
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
    return add.make();
  }

  @Override
  public int consumed() {
    return 0;
  }

  @Override
  public void close() {
    add.free();
  }
}
