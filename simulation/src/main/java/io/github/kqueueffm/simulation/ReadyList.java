package io.github.kqueueffm.simulation;

/** The entries of an event queue that may have an event, in the order of delivery. */
final class ReadyList {
  private EventEntry first;
  private EventEntry last;
  private int size;

  int size() {
    return size;
  }

  EventEntry first() {
    return first;
  }

  void addLast(EventEntry entry) {
    entry.queued = true;
    entry.previous = last;
    if (last == null) {
      first = entry;
    } else {
      last.next = entry;
    }
    last = entry;
    size++;
  }

  void addFirst(EventEntry entry) {
    entry.queued = true;
    entry.next = first;
    if (first == null) {
      last = entry;
    } else {
      first.previous = entry;
    }
    first = entry;
    size++;
  }

  /** Removes an entry, which may be absent. */
  void remove(EventEntry entry) {
    if (!entry.queued) {
      return;
    }
    if (entry.previous == null) {
      first = entry.next;
    } else {
      entry.previous.next = entry.next;
    }
    if (entry.next == null) {
      last = entry.previous;
    } else {
      entry.next.previous = entry.previous;
    }
    entry.previous = null;
    entry.next = null;
    entry.queued = false;
    size--;
  }

  /** Removes the first entry; there has to be one. */
  EventEntry poll() {
    EventEntry entry = first;
    remove(entry);
    return entry;
  }
}
