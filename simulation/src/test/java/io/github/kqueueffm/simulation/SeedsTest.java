package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random conversations on each system. {@code -Dseeds} says how many, {@code -Dsimulation.first}
 * where they begin; {@code -Dsimulation.system}, {@code -Dsimulation.seed} and {@code
 * -Dsimulation.without} replay one.
 */
class SeedsTest {
  private static final int SEEDS = Integer.getInteger("seeds", 2_000);
  private static final long FIRST = Long.getLong("simulation.first", 1);
  private static final int CHANNELS = 5;
  private static final int EVENTS = 20;

  @TempDir(factory = FolderOfOneLength.class)
  private Path folder;

  @Timeout(36_000)
  @ParameterizedTest
  @EnumSource(SimulatedSystem.class)
  void everyConversationKeepsTheInvariants(SimulatedSystem system) {
    String only = System.getProperty("simulation.system");
    if (only != null && !only.equals(system.toString())) {
      return;
    }
    Long seed = Long.getLong("simulation.seed");
    Set<Quirk> reached = EnumSet.noneOf(Quirk.class);
    int counted = 0;
    long calls = 0;
    long start = System.nanoTime();
    long first = seed == null ? FIRST : seed;
    long last = seed == null ? FIRST + SEEDS - 1 : seed;
    for (long s = first; s <= last; s++) {
      Script script = replayed(Script.of(system, s));
      Outcome outcome = Conversation.run(script, folder);
      if (!outcome.isGood()) {
        fail(shrunk(script, outcome));
      }
      reached.addAll(outcome.reached());
      calls += outcome.steps();
      if (outcome.channels() >= CHANNELS && outcome.events() >= EVENTS) {
        counted++;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %d conversations of %d count, %,d system calls, %.1f s, reached %s%n",
        system,
        counted,
        last - first + 1,
        calls,
        (System.nanoTime() - start) / 1e9,
        reached);
  }

  @ParameterizedTest
  @EnumSource(SimulatedSystem.class)
  void oneSeedGivesOneOrderOfCalls(SimulatedSystem system) {
    for (long seed = 1; seed <= 20; seed++) {
      Outcome first = Conversation.run(Script.of(system, seed), folder);
      Outcome second = Conversation.run(Script.of(system, seed), folder);
      assertThat(second.steps()).as("system calls of seed " + seed).isEqualTo(first.steps());
      assertThat(second.digest()).as("order of calls of seed " + seed).isEqualTo(first.digest());
    }
  }

  private static Script replayed(Script script) {
    Script result = script;
    String without = System.getProperty("simulation.without", "");
    for (String step : without.isEmpty() ? List.<String>of() : List.of(without.split(",", -1))) {
      result = result.without(Integer.parseInt(step));
    }
    return result;
  }

  /** Leaves out every step without which the script fails too. */
  private String shrunk(Script failing, Outcome outcome) {
    Script smallest = failing;
    Outcome last = outcome;
    int length = Boolean.getBoolean("simulation.noshrink") ? 0 : failing.length();
    for (int step = 0; step < length; step++) {
      if (!smallest.without().contains(step)) {
        Script smaller = smallest.without(step);
        Outcome result = Conversation.run(smaller, folder);
        if (!result.isGood()) {
          smallest = smaller;
          last = result;
        }
      }
    }
    return String.join("\n", new TreeSet<>(outcome.violations()))
        + "\nshrunk to "
        + smallest.steps().stream().map(s -> s.kind().name()).toList()
        + "\nfaults: "
        + faults(smallest)
        + "\n"
        + String.join("\n", new TreeSet<>(last.violations()))
        + "\nreplay by "
        + smallest.command()
        + "\nor the whole by "
        + failing.command();
  }

  private static String faults(Script script) {
    return script.faults() instanceof RandomFaults random ? String.join("; ", random.done()) : "";
  }
}
