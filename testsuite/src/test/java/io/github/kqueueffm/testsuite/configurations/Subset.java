package io.github.kqueueffm.testsuite.configurations;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.EngineFilter.includeEngines;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs classes of the suite that together touch every kind of channel, in the JVM that it finds
 * itself in; exits with 1 if one fails, or if the JVM is not what it was meant to be.
 */
final class Subset {
  private static final String ROOT = "io.github.kqueueffm.testsuite.";

  /** Short ones, since there are many configurations. */
  private static final List<String> CLASSES =
      List.of(
          "datagram.KQueueFfmDatagramConnectNotExistsTest",
          "datagram.KQueueFfmDatagramUnicastTest",
          "datagram.KQueueFfmDomainDatagramUnicastTest",
          "domain.KQueueFfmDomainSocketReuseFdTest",
          "domain.KQueueFfmDomainSocketShutdownOutputByPeerTest",
          "domain.KQueueFfmDomainSocketStringEchoTest",
          "loop.KQueueFfmIoHandlerEventCountTest",
          "loop.KQueueFfmManualIoEventLoopTest",
          "loop.KQueueFfmRegistrationTest",
          "socket.KQueueFfmDetectPeerCloseWithoutReadTest",
          "socket.KQueueFfmSocketAddressesTest",
          "socket.KQueueFfmSocketConnectTest",
          "socket.KQueueFfmSocketFileRegionTest",
          "socket.KQueueFfmSocketRstTest",
          "socket.KQueueFfmSocketShutdownOutputByPeerTest",
          "socket.KQueueFfmSocketStringEchoTest");

  private Subset() {}

  /**
   * Runs them and ends the JVM.
   *
   * @param arguments wakeup, noUnsafe and denied of the {@link Configuration}, and Netty's version
   */
  public static void main(String[] arguments) {
    Configuration configuration =
        new Configuration(
            arguments[0], Boolean.parseBoolean(arguments[1]), Boolean.parseBoolean(arguments[2]));
    List<String> deviations = configuration.deviations(arguments[3]);
    deviations.forEach(System.out::println);
    System.exit(deviations.isEmpty() && run() ? 0 : 1);
  }

  private static boolean run() {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(CLASSES.stream().map(name -> selectClass(ROOT + name)).toList())
            .filters(includeEngines("junit-jupiter"))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener, new Progress());
    TestExecutionSummary summary = listener.getSummary();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.printFailuresTo(out, 30);
    out.println(
        summary.getTestsSucceededCount()
            + " tests passed, "
            + summary.getTotalFailureCount()
            + " failed");
    return summary.getTotalFailureCount() == 0
        && summary.getTestsSucceededCount() >= CLASSES.size();
  }

  /** Tells of one that hangs how far it came. */
  private static final class Progress implements TestExecutionListener {
    private final long start = System.nanoTime();

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
      if (identifier.getSource().orElse(null) instanceof ClassSource source) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.println(millis + " ms: " + source.getJavaClass().getSimpleName());
      }
    }
  }
}
