package io.github.kqueueffm.testsuite.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.simulation.SimulatedSystem;
import io.github.kqueueffm.testkit.ChildJvm;
import io.github.kqueueffm.testkit.LeakRecorder;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every class of the suite that opens channels, on each simulated system. What a system lacks is
 * skipped by the facts of its platform, and is printed.
 */
@Timeout(720)
class SimulatedSystemsIT {
  private static final long SECONDS = 600;

  /** Tests also wait for time-outs, so more JVMs than processors. */
  private static final int AT_A_TIME = 3;

  private static final Path REPORTS = Path.of("target", "simulated-systems");

  private static final Map<SimulatedSystem, Future<ChildJvm.Result>> RUNS =
      new EnumMap<>(SimulatedSystem.class);

  private static ExecutorService children;

  @BeforeAll
  static void start() {
    children = Executors.newFixedThreadPool(AT_A_TIME);
    for (SimulatedSystem system : SimulatedSystem.values()) {
      RUNS.put(system, children.submit(() -> run(system)));
    }
  }

  private static ChildJvm.Result run(SimulatedSystem system)
      throws IOException, InterruptedException {
    return new ChildJvm()
        .property(SimulatedRun.PROPERTY, system)
        .property("io.netty.leakDetectionLevel", "paranoid")
        .property("io.netty.customResourceLeakDetector", LeakRecorder.class.getName())
        .run(SimulatedSuite.class, SECONDS);
  }

  @AfterAll
  static void end() {
    children.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource
  void theSuitePasses(SimulatedSystem system) throws Exception {
    ChildJvm.Result result = RUNS.get(system).get();
    List<String> report =
        result
            .output()
            .lines()
            .filter(line ->
                line.startsWith(SimulatedSuite.SKIPPED) || line.startsWith(SimulatedSuite.SUMMARY))
            .toList();
    Files.createDirectories(REPORTS);
    Files.write(REPORTS.resolve(system + ".txt"), report);
    report.forEach(line -> System.out.println(system + ": " + line));
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isZero();
    assertThat(report)
        .filteredOn(line -> line.startsWith(SimulatedSuite.SKIPPED))
        .containsExactlyInAnyOrderElementsOf(lacks(system));
  }

  /** {@return the lines of the tests that the system lacks something for} */
  private static List<String> lacks(SimulatedSystem system) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                SimulatedSystemsIT.class.getResourceAsStream("skipped.tsv"),
                StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .filter(row -> List.of(row[1].split(" ", -1)).contains(system.toString()))
          .map(row -> SimulatedSuite.SKIPPED + row[0] + ": " + row[2])
          .toList();
    }
  }
}
