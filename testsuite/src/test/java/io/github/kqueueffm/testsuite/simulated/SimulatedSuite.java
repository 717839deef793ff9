package io.github.kqueueffm.testsuite.simulated;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.launcher.EngineFilter.includeEngines;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs every class of the suite that opens channels, in the JVM that it finds itself in; exits with
 * 1 if one fails.
 */
final class SimulatedSuite {
  /** The line before what was skipped. */
  static final String SKIPPED = "skipped ";

  /** The line with the numbers. */
  static final String SUMMARY = "ran ";

  private static final String ROOT = "io.github.kqueueffm.testsuite.";
  private static final List<String> PACKAGES = List.of("datagram", "domain", "loop", "socket");

  private SimulatedSuite() {}

  public static void main(String[] arguments) {
    System.exit(run() ? 0 : 1);
  }

  private static boolean run() {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(PACKAGES.stream().map(name -> selectPackage(ROOT + name)).toList())
            .filters(includeEngines("junit-jupiter"))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    Progress progress = new Progress();
    LauncherFactory.create().execute(request, listener, progress);
    TestExecutionSummary summary = listener.getSummary();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.printFailuresTo(out, 30);
    progress.skipped.forEach((test, reason) -> out.println(SKIPPED + test + ": " + reason));
    out.printf(
        "%s%d tests of %d classes, %d failed, in %d s%n",
        SUMMARY,
        summary.getTestsStartedCount(),
        progress.classes,
        summary.getTotalFailureCount(),
        TimeUnit.MILLISECONDS.toSeconds(summary.getTimeFinished() - summary.getTimeStarted()));
    return summary.getTotalFailureCount() == 0 && summary.getTestsStartedCount() > 0;
  }

  /**
   * Collects what was skipped, and prints each class when it ends, so that a hang can be located.
   */
  private static final class Progress implements TestExecutionListener {
    private final Map<String, String> skipped = new TreeMap<>();
    private final Map<String, Long> started = new ConcurrentHashMap<>();
    private int classes;

    @Override
    public void executionSkipped(TestIdentifier identifier, String reason) {
      skipped.put(name(identifier), reason);
    }

    @Override
    public void executionStarted(TestIdentifier identifier) {
      started.put(identifier.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
      if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
        String reason = result.getThrowable().map(Throwable::getMessage).orElse("aborted");
        skipped.put(name(identifier), reason);
      }
      if (identifier.getSource().orElse(null) instanceof ClassSource source) {
        classes++;
        long nanos = System.nanoTime() - started.get(identifier.getUniqueId());
        System.out.printf(
            "%6d ms: %s%n",
            TimeUnit.NANOSECONDS.toMillis(nanos), source.getJavaClass().getSimpleName());
      }
    }

    /** {@return its class and method} A test with many parameters is named once. */
    private static String name(TestIdentifier identifier) {
      return switch (identifier.getSource().orElse(null)) {
        case ClassSource source -> source.getJavaClass().getSimpleName();
        case MethodSource source ->
            source.getJavaClass().getSimpleName() + "#" + source.getMethodName();
        case null, default -> identifier.getDisplayName();
      };
    }
  }
}
