package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the conversations on a system met together. */
final class Reach {
  private static final int CHANNELS = 5;
  private static final int EVENTS = 20;

  private final SimulatedSystem system;
  private final Map<Quirk, Integer> quirks = new EnumMap<>(Quirk.class);
  private final Map<Errno, Integer> errnos = new EnumMap<>(Errno.class);
  private int all;
  private int counted;
  private long calls;
  private long faults;

  Reach(SimulatedSystem system) {
    this.system = system;
  }

  void add(Outcome outcome) {
    all++;
    calls += outcome.steps();
    faults += outcome.faults();
    if (outcome.channels() >= CHANNELS && outcome.events() >= EVENTS && outcome.faults() > 0) {
      counted++;
    }
    outcome.reached().forEach(quirk -> quirks.merge(quirk, 1, Integer::sum));
    outcome.errnos().forEach(errno -> errnos.merge(errno, 1, Integer::sum));
  }

  /** {@return how many conversations had five channels, twenty events and a fault at least} */
  int counted() {
    return counted;
  }

  /** {@return quirks and errnos that were not met without a reason, and reasons for those met} */
  List<String> contradictions() {
    List<String> found = new ArrayList<>();
    for (Quirk quirk : Quirks.of(system, Set.of()).all()) {
      compare(quirk.name(), quirks.containsKey(quirk), found);
    }
    for (Errno errno : PossibleFaults.errnos(system)) {
      if (system.platform().number(errno) != 0) {
        compare(errno.name(), errnos.containsKey(errno), found);
      }
    }
    return found;
  }

  private void compare(String name, boolean met, List<String> found) {
    boolean hasReason = Unreached.has(name, system);
    if (!met && !hasReason) {
      found.add(name + " was not met");
    }
    if (met && hasReason) {
      found.add(name + " was met, and unreached.tsv says why it cannot be");
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %,d conversations, %,d of them count, %,d system calls, %,d faults%n  conversations"
            + " that met a quirk: %s%n  an errno: %s%n  neither met nor explained: %s",
        system,
        all,
        counted,
        calls,
        faults,
        quirks,
        errnos,
        new TreeSet<>(contradictions()));
  }
}
