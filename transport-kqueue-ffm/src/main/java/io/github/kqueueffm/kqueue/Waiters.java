package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Kernel;
import java.util.ArrayList;
import java.util.List;

/** The waiters of a kqueue: as many as threads have ever waited at once. */
final class Waiters {
  private final Kernel kernel;
  private final List<Waiter> all = new ArrayList<>(2);
  private int sleeping;

  Waiters(Kernel kernel) {
    this.kernel = kernel;
  }

  Waiter acquire() {
    for (int i = 0; i < all.size(); i++) {
      Waiter waiter = all.get(i);
      if (!waiter.busy) {
        waiter.busy = true;
        return waiter;
      }
    }
    Waiter made = new Waiter(kernel);
    made.busy = true;
    all.add(made);
    return made;
  }

  void release(Waiter waiter) {
    waiter.busy = false;
  }

  void sleeps(Waiter waiter) {
    waiter.sleeping = true;
    sleeping++;
  }

  void woke(Waiter waiter) {
    if (waiter.sleeping) {
      waiter.sleeping = false;
      sleeping--;
    }
  }

  boolean anySleeping() {
    return sleeping > 0;
  }

  /** Whether one that sleeps wakes by then of its own. */
  boolean anyWakesBy(long time) {
    for (int i = 0; i < all.size(); i++) {
      Waiter waiter = all.get(i);
      if (waiter.sleeping && waiter.nanos > 0 && waiter.wakesAt - time <= 0) {
        return true;
      }
    }
    return false;
  }

  /** The one that sleeps for a limited time and wakes first, or {@code null}. */
  Waiter first() {
    Waiter first = null;
    for (int i = 0; i < all.size(); i++) {
      Waiter waiter = all.get(i);
      if (waiter.sleeping
          && waiter.nanos > 0
          && (first == null || waiter.wakesAt - first.wakesAt < 0)) {
        first = waiter;
      }
    }
    return first;
  }

  void free() {
    all.forEach(Waiter::free);
    all.clear();
  }
}
