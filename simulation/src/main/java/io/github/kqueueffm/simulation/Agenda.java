package io.github.kqueueffm.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What is to happen in a simulated system at a later time: packets that arrive, timers. */
final class Agenda {
  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(
          Comparator.comparingLong((Entry entry) -> entry.time).thenComparingLong(e -> e.number));
  private long count;
  private Runnable earlier = () -> {};

  /** Something to be done at a time, unless it is cancelled. */
  static final class Entry {
    private final long time;
    private final long number;
    private Runnable action;

    private Entry(long time, long number, Runnable action) {
      this.time = time;
      this.number = number;
      this.action = action;
    }

    void cancel() {
      action = null;
    }
  }

  /** Sets what is done when an entry becomes the first. */
  void whenEarlier(Runnable action) {
    earlier = action;
  }

  Entry at(long time, Runnable action) {
    Entry entry = new Entry(time, count++, action);
    entries.add(entry);
    if (entries.peek() == entry) {
      earlier.run();
    }
    return entry;
  }

  /** {@return the time of the first entry, or {@link Long#MAX_VALUE}} */
  long next() {
    while (!entries.isEmpty() && entries.peek().action == null) {
      entries.poll();
    }
    return entries.isEmpty() ? Long.MAX_VALUE : entries.peek().time;
  }

  /** Does what is due at that time, in the order of time. */
  void run(long now) {
    while (next() <= now) {
      Entry entry = entries.poll();
      Runnable action = entry.action;
      entry.action = null;
      action.run();
    }
  }

  int size() {
    return (int) entries.stream().filter(entry -> entry.action != null).count();
  }
}
