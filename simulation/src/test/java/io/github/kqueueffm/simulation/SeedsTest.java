package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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

  /** So many conversations reach what they can reach at all. */
  private static final int ENOUGH = 2_000;

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
    Reach reach = new Reach(system);
    long start = System.nanoTime();
    long first = seed == null ? FIRST : seed;
    int wanted = seed == null ? SEEDS : 1;
    for (long s = first; reach.counted() < wanted && s < first + 2L * wanted; s++) {
      Script script = replayed(Script.of(system, s));
      Outcome outcome = Conversation.run(script, folder);
      if (!outcome.isGood()) {
        fail(shrunk(script, outcome));
      }
      reach.add(outcome);
    }
    System.out.printf(Locale.ROOT, "%s, %.1f s%n", reach, (System.nanoTime() - start) / 1e9);
    if (wanted >= ENOUGH) {
      assertThat(reach.counted()).as("conversations that count").isEqualTo(wanted);
      assertThat(reach.contradictions()).isEmpty();
    }
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
