package io.github.kqueueffm.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What one end of a stream sent and received, as far as the invariants need it. */
final class Ledger {
  final String name;
  final Records received = new Records();

  /** Records whose write succeeded. */
  final TreeSet<Integer> confirmed = new TreeSet<>();

  /** Records whose write was cancelled, and will not be sent. */
  final TreeSet<Integer> cancelled = new TreeSet<>();

  /** Records that were written. */
  int written;

  /** Records whose promise is not done. */
  final TreeSet<Integer> pending = new TreeSet<>();

  int active;
  int inactive;
  boolean sawEnd;

  /** Whether it closed its input itself, so that later bytes need not arrive. */
  boolean stoppedReading;

  /** Whether the channel left one loop and no other took it: then Netty reports no end. */
  boolean homeless;

  Ledger other;
  final List<Throwable> failures = new ArrayList<>();

  /**
   * Starts one.
   *
   * @param first the number of its first record, by which the other end knows the line
   */
  Ledger(String name, int first) {
    this.name = name;
    written = first;
  }

  /** {@return the number of a record that is written with a promise} */
  int next() {
    pending.add(written);
    return written++;
  }

  /** {@return the number of a record that is written without a promise} */
  int offer() {
    return written++;
  }

  void done(int record, boolean success, boolean wasCancelled) {
    pending.remove(record);
    if (success) {
      confirmed.add(record);
    } else if (wasCancelled) {
      cancelled.add(record);
    }
  }

  /**
   * Adds what contradicts the invariants.
   *
   * @param abruptly whether the loops ended with open channels: Netty reports a promise on the loop
   *     on which it was made, and not if that has ended before
   */
  void check(List<String> violations, boolean abruptly) {
    if (received.fault() != null) {
      violations.add(name + " received " + received.fault());
    }
    if (!pending.isEmpty() && !abruptly) {
      violations.add(name + ": the writes " + pending + " are neither done nor failed");
    }
    if (active > 1 || inactive > active || inactive < active && !homeless) {
      violations.add(name + ": active " + active + " times, inactive " + inactive + " times");
    }
    if (other != null) {
      checkReceived(violations);
    }
  }

  private void checkReceived(List<String> violations) {
    TreeSet<Integer> never = new TreeSet<>(other.cancelled);
    never.retainAll(received.complete());
    if (!never.isEmpty()) {
      violations.add(name + " received the cancelled records " + never);
    }
    if (sawEnd && !stoppedReading && failures.isEmpty()) {
      TreeSet<Integer> missing = new TreeSet<>(other.confirmed);
      missing.removeAll(received.complete());
      if (!missing.isEmpty()) {
        violations.add(name + " saw the end, and misses the records " + missing);
      }
    }
  }
}
