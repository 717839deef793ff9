package io.github.kqueueffm.conformance;

import io.github.kqueueffm.selector.FullProbe;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Wakes another thread by each of the three wakeups. */
final class WakeupChecks {
  private static final String GROUP = "wakeups";

  /** Forces the wakeup of selectors that are opened while the property is set. */
  private static final String PROPERTY = "io.github.kqueueffm.wakeup";

  private static final int ROUNDS = 200;
  private static final int WAKEUPS = 10_000;
  private static final int THREADS = 2;

  private WakeupChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(new Check(GROUP, "one is chosen that works", WakeupChecks::chosen));
    checks.add(new Check(GROUP, "the stated one passes the full probe", bench -> stated("wakeup")));
    checks.add(new Check(GROUP, "NOTE_LOWAT is as stated", bench -> stated("NOTE_LOWAT")));
    for (String kind : List.of("timer", "user", "pipe")) {
      checks.add(new Check(GROUP, kind + ": a sleeping loop wakes soon", bench -> latency(kind)));
      checks.add(
          new Check(
              GROUP,
              String.format(Locale.ROOT, "%s: none of %,d is lost", kind, WAKEUPS),
              bench -> stress(kind)));
    }
    return checks;
  }

  private static String chosen(Bench bench) throws Exception {
    try (Sleeper sleeper = new Sleeper(open(null))) {
      sleeper.median(1);
      return sleeper.describe();
    }
  }

  /** A fact has to hold. A guess may be wrong, because its first use decides. */
  private static String stated(String trait) throws IOException {
    Kernel kernel = Kernels.system();
    FullProbe.Comparison comparison =
        trait.equals("wakeup") ? FullProbe.wakeup(kernel) : FullProbe.lowat(kernel);
    String seen = comparison.stated() + ", full probe: " + comparison.found();
    String objection = comparison.objection();
    Deviation.unless(objection == null || !comparison.measured(), seen + ", " + objection);
    return objection == null ? seen : seen + ", since " + objection;
  }

  private static String latency(String kind) throws Exception {
    try (Sleeper sleeper = new Sleeper(open(kind))) {
      return String.format(
          Locale.ROOT, "median %.1f us of %d", sleeper.median(ROUNDS) / 1e3, ROUNDS);
    }
  }

  private static String stress(String kind) throws Exception {
    try (Sleeper sleeper = new Sleeper(open(kind))) {
      return sleeper.flood(THREADS, WAKEUPS / THREADS);
    }
  }

  private static Poller open(String kind) throws IOException {
    String before = System.getProperty(PROPERTY);
    if (kind != null) {
      System.setProperty(PROPERTY, kind);
    }
    try {
      return Poller.open(Kernels.system());
    } catch (UnsupportedOperationException e) {
      throw new NotOffered(e.getMessage());
    } finally {
      if (before == null) {
        System.clearProperty(PROPERTY);
      } else {
        System.setProperty(PROPERTY, before);
      }
    }
  }
}
