package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Platform;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A kevent call that a script expects. */
public final class KeventExpectation extends Expectation {
  private final Map<Long, Long> knownUdata;
  private final Platform platform;
  private List<Kevent> changes;

  KeventExpectation(Platform platform, Map<Long, Long> knownUdata) {
    super(platform, "kevent");
    this.platform = platform;
    this.knownUdata = knownUdata;
  }

  /** Expects exactly these changes, in this order; none if there are none. */
  public KeventExpectation changes(Kevent... expected) {
    changes = List.of(expected);
    where(call -> sameChanges(call.changes()) ? null : "its changes are not " + changes);
    return this;
  }

  private boolean sameChanges(List<Kevent> actual) {
    if (actual.size() != changes.size()) {
      return false;
    }
    for (int i = 0; i < actual.size(); i++) {
      if (!changes.get(i).matches(actual.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Expects that it has no room for events, and so does not wait. */
  public KeventExpectation withoutSlots() {
    where(call -> call.slots() == 0 ? null : "it has slots");
    return this;
  }

  public KeventExpectation forEver() {
    where(call -> call.slots() > 0 && call.timeout() < 0 ? null : "it does not wait for ever");
    return this;
  }

  public KeventExpectation polls() {
    where(call -> call.slots() > 0 && call.timeout() == 0 ? null : "it does not poll");
    return this;
  }

  public KeventExpectation waits(long nanos) {
    where(call -> call.slots() > 0 && call.timeout() == nanos ? null : "it waits not " + nanos);
    return this;
  }

  /** Expects a time-out that is neither 0 nor for ever. */
  public KeventExpectation waits() {
    where(call -> call.slots() > 0 && call.timeout() > 0 ? null : "it has no time-out");
    return this;
  }

  /** Answers with these events. */
  public KeventExpectation returns(Kevent... events) {
    does(call -> {
      if (events.length > call.slots()) {
        throw new AssertionError(events.length + " events for " + call.slots() + " slots");
      }
      for (int i = 0; i < events.length; i++) {
        long known = knownUdata.getOrDefault(key(platform, events[i]), 0L);
        call.putEvent(i, events[i], known);
      }
      return events.length;
    });
    return this;
  }

  @Override
  public KeventExpectation runs(Runnable action) {
    super.runs(action);
    return this;
  }

  @Override
  public KeventExpectation blocksUntil(CountDownLatch latch) {
    super.blocksUntil(latch);
    return this;
  }

  @Override
  public KeventExpectation times(int count) {
    super.times(count);
    return this;
  }

  static long key(Platform platform, Kevent kevent) {
    return kevent.ident() << 16 | kevent.filter() & 0xffff;
  }

  @Override
  public String toString() {
    return "kevent(" + (changes == null ? "..." : changes) + ")";
  }
}
