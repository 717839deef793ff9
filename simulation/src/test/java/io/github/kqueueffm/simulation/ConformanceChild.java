package io.github.kqueueffm.simulation;

import io.github.kqueueffm.conformance.SimulatedConformance;
import io.github.kqueueffm.testkit.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The results of the conformance program on a simulated system.
 *
 * @param results by "group: name" of the check
 * @param left a line for each file that was open at the end
 * @param errors what the JVM printed besides
 */
record ConformanceChild(Map<String, Result> results, List<String> left, String errors) {
  private static final long SECONDS = 110;

  record Result(String outcome, String seen) {}

  /**
   * Runs checks, or all if none is named.
   *
   * @param off quirks to switch off, or an empty text
   */
  static ConformanceChild run(SimulatedSystem system, String off, List<String> checks)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.add(system.toString());
    arguments.addAll(checks);
    ChildJvm.Result child =
        new ChildJvm()
            .property("io.github.kqueueffm.platform", system.platform().name())
            .property(Quirks.OFF_PROPERTY, off)
            .run(SimulatedConformance.class, SECONDS, arguments.toArray(String[]::new))
            .isSuccess();
    Map<String, Result> results = new LinkedHashMap<>();
    List<String> left = new ArrayList<>();
    for (String line : child.output().lines().toList()) {
      String[] columns = line.split("\t", -1);
      if (columns[0].equals("left")) {
        left.add(columns[1]);
      } else if (columns.length == 4) {
        results.put(columns[0] + ": " + columns[1], new Result(columns[2], columns[3]));
      }
    }
    return new ConformanceChild(results, left, child.errors());
  }
}
