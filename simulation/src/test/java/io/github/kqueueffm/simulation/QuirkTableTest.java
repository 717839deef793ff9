package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.github.kqueueffm.conformance.SimulatedConformance;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * The table of quirks: each row has its evidence, and without it the check or the test fails that
 * it names.
 */
@Timeout(300)
class QuirkTableTest {
  private static final String CHECK = "check ";
  private static final Set<String> RELEASES =
      Set.of("macos", "freebsd13", "openbsd78", "netbsd7", "netbsd11", "dragonfly", "linux");

  /** A check mostly waits, so more JVMs than processors. */
  private static final int AT_A_TIME = 3;

  @Test
  void everyQuirkHasARow() {
    Set<Quirk> quirks = EnumSet.noneOf(Quirk.class);
    Quirks.table().forEach(row -> quirks.add(row.quirk()));
    assertThat(quirks).containsExactlyInAnyOrder(Quirk.values());
  }

  @Test
  void everyRowHasItsEvidenceAndIsThereOnce() {
    Set<String> rows = new HashSet<>();
    for (Quirks.Row row : Quirks.table()) {
      assertThat(rows.add(row.toString())).as("%s is there twice", row).isTrue();
      assertThat(row.release()).as("%s", row).isIn(RELEASES);
      assertThat(row.evidence()).as("%s", row).matches("[MFRLA]( [MFRL])*");
      assertThat(row.source()).as("%s", row).contains(" ");
    }
  }

  @Test
  void everyRowNamesACheckOrATest() throws ClassNotFoundException {
    for (Quirks.Row row : Quirks.table()) {
      if (row.shownBy().startsWith(CHECK)) {
        assertThat(check(row)).isNotEmpty();
      } else {
        assertThat(method(row)).as("%s", row).isNotNull();
      }
    }
  }

  private static String check(Quirks.Row row) {
    String name = row.shownBy().substring(CHECK.length());
    List<String> checks = SimulatedConformance.named(name);
    assertThat(checks).as("checks of the name %s, for %s", name, row).hasSize(1);
    return checks.get(0);
  }

  private static Method method(Quirks.Row row) throws ClassNotFoundException {
    String[] name = row.shownBy().split("#", 2);
    Class<?> type = Class.forName(QuirkTableTest.class.getPackageName() + "." + name[0]);
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> name.length == 2 && method.getName().equals(name[1]))
        .findFirst()
        .orElseThrow(() -> new AssertionError(row + ": no test " + row.shownBy()));
  }

  @Test
  void withoutARowItsTestFails() throws ClassNotFoundException {
    List<String> unnoticed = new ArrayList<>();
    for (Quirks.Row row : Quirks.table()) {
      if (!row.shownBy().startsWith(CHECK)) {
        TestExecutionSummary without = runWithout(row, method(row));
        assertThat(without.getTestsStartedCount()).as(row.shownBy()).isPositive();
        if (without.getTotalFailureCount() == 0) {
          unnoticed.add(row + " by " + row.shownBy());
        }
      }
    }
    assertThat(unnoticed).isEmpty();
  }

  private static TestExecutionSummary runWithout(Quirks.Row row, Method method) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectMethod(method.getDeclaringClass(), method))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    System.setProperty(Quirks.OFF_PROPERTY, row.toString());
    try {
      LauncherFactory.create().execute(request, listener);
    } finally {
      System.clearProperty(Quirks.OFF_PROPERTY);
    }
    return listener.getSummary();
  }

  @Test
  void withoutARowItsCheckSaysSomethingElse() throws Exception {
    Map<Quirks.Row, Future<ConformanceChild>> runs = new LinkedHashMap<>();
    try (ExecutorService children = Executors.newFixedThreadPool(AT_A_TIME)) {
      for (Quirks.Row row : Quirks.table()) {
        if (row.shownBy().startsWith(CHECK)) {
          List<String> checks = List.of(check(row));
          runs.put(
              row,
              children.submit(() -> ConformanceChild.run(system(row), row.toString(), checks)));
        }
      }
    }
    List<String> unnoticed = new ArrayList<>();
    for (Map.Entry<Quirks.Row, Future<ConformanceChild>> run : runs.entrySet()) {
      Quirks.Row row = run.getKey();
      ConformanceChild.Result result = run.getValue().get().results().get(check(row));
      if (ExpectedChecks.of(system(row)).get(check(row)).matches(result.outcome(), result.seen())) {
        unnoticed.add(row + ", " + row.shownBy() + ": " + result);
      }
    }
    assertThat(unnoticed).isEmpty();
  }

  private static SimulatedSystem system(Quirks.Row row) {
    return Arrays.stream(SimulatedSystem.values())
        .filter(system -> system.release().equals(row.release()))
        .findFirst()
        .orElseThrow();
  }
}
