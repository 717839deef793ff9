package io.github.kqueueffm.conformance;

import io.github.kqueueffm.simulation.SimulatedSystem;
import io.github.kqueueffm.simulation.Simulation;
import io.github.kqueueffm.syscall.SubstituteKernel;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs the conformance program on a simulated system, as the main class of a JVM. */
public final class SimulatedConformance {
  // A field, because a logger without a strong reference may lose its level.
  private static final Logger NETTY = Logger.getLogger("io.netty");

  private SimulatedConformance() {}

  /** {@return "group: name" of every check} */
  public static List<String> names() {
    return Conformance.checks().stream().map(SimulatedConformance::name).toList();
  }

  /** {@return "group: name" of the checks of that name, which may have its group before it} */
  public static List<String> named(String name) {
    return Conformance.checks().stream()
        .filter(check -> check.name().equals(name) || name(check).equals(name))
        .map(SimulatedConformance::name)
        .toList();
  }

  private static String name(Check check) {
    return check.group() + ": " + check.name();
  }

  /**
   * Prints a line for each result, and one for each file that is open after all: its columns are
   * separated by tabs.
   *
   * @param arguments the system, and the names of the checks; without names all run
   */
  public static void main(String[] arguments) throws InterruptedException {
    NETTY.setLevel(Level.OFF);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Simulation simulation = Simulation.inRealTime(SimulatedSystem.named(arguments[0]));
    SubstituteKernel.use(simulation.kernel());
    Set<String> names = Set.of(arguments);
    List<Check> checks =
        Conformance.checks().stream()
            .filter(check -> arguments.length == 1 || names.contains(name(check)))
            .toList();
    for (Result result : Runner.run(checks)) {
      out.printf(
          "%s\t%s\t%s\t%s%n",
          result.check().group(),
          result.check().name(),
          result.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          result.seen().replaceAll("\\s+", " "));
    }
    simulation.left().forEach(file -> out.println("left\t" + file));
    System.exit(0);
  }
}
