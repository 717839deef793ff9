package io.github.kqueueffm.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The connections of a listener: those to accept, and those that are being made. */
final class ListenQueue<S> {
  private final ArrayDeque<S> ready = new ArrayDeque<>();
  private final List<S> coming = new ArrayList<>(0);
  private int limit;

  /** Sets how many connections may wait. */
  void limit(int backlog, int perTwo) {
    limit = Math.max(0, Math.min(backlog, 1 << 20)) * perTwo / 2 + 1;
  }

  boolean isFull() {
    return ready.size() + coming.size() >= limit;
  }

  int size() {
    return ready.size();
  }

  void begin(S connection) {
    coming.add(connection);
  }

  /** A connection is made, and can be accepted. */
  void complete(S connection) {
    coming.remove(connection);
    ready.add(connection);
  }

  /** A connection came to nothing while it was being made. */
  boolean abandon(S connection) {
    return coming.remove(connection);
  }

  S accept() {
    return ready.poll();
  }

  /** {@return all connections, which leave the queue} */
  List<S> drain() {
    List<S> all = new ArrayList<>(ready);
    all.addAll(coming);
    ready.clear();
    coming.clear();
    return all;
  }
}
