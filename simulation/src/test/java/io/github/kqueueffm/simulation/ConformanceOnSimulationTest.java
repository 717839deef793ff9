package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.conformance.SimulatedConformance;
import java.util.ArrayList;
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
 * The judge of the simulation: on each system every check of the conformance program says what it
 * said on that kernel's own code, or what the facts say.
 */
@Timeout(300)
class ConformanceOnSimulationTest {
  /** A check mostly waits, so more JVMs than processors. */
  private static final int AT_A_TIME = 3;

  private static final Map<SimulatedSystem, Future<ConformanceChild>> RUNS =
      new EnumMap<>(SimulatedSystem.class);

  private static ExecutorService children;

  @BeforeAll
  static void start() {
    children = Executors.newFixedThreadPool(AT_A_TIME);
    for (SimulatedSystem system : SimulatedSystem.values()) {
      RUNS.put(system, children.submit(() -> ConformanceChild.run(system, "", List.of())));
    }
  }

  @AfterAll
  static void end() {
    children.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource
  void everyCheckSaysWhatItSaidOnTheSystem(SimulatedSystem system) throws Exception {
    ConformanceChild run = RUNS.get(system).get();
    Map<String, ExpectedChecks.Row> expected = ExpectedChecks.of(system);
    assertThat(run.results().keySet()).containsExactlyElementsOf(expected.keySet());
    List<String> deviations = new ArrayList<>();
    expected.forEach((check, row) -> {
      ConformanceChild.Result result = run.results().get(check);
      if (!row.matches(result.outcome(), result.seen())) {
        deviations.add(
            String.format(
                "%s%n    %s: %s%n    expected %s: %s (%s)",
                check, result.outcome(), result.seen(), row.outcome(), row.seen(), row.source()));
      }
    });
    assertThat(deviations).as(run.errors()).isEmpty();
    assertThat(run.left()).as("files that are open at the end").isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyCheckHasAnExpectedOutcome(SimulatedSystem system) {
    assertThat(ExpectedChecks.of(system).keySet())
        .containsExactlyElementsOf(SimulatedConformance.names());
  }
}
