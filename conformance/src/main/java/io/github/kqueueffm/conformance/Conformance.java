package io.github.kqueueffm.conformance;

import io.github.kqueueffm.channel.KQueueFfm;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Checks whether the facts that this transport relies on hold on the system. Prints a page, or an
 * object with {@code --json}.
 */
public final class Conformance {
  private static final int GOOD = 0;
  private static final int FAILED = 1;
  private static final int CANNOT_RUN = 2;

  private static final String USAGE =
      """
      usage: java -jar conformance-<version>-all.jar [--json]
      Exit status: 0 if no check failed, 1 if a check failed,
      2 if the transport is not available or the arguments are wrong.\
      """;

  // A field, because a logger without a strong reference may lose its level.
  private static final Logger NETTY = Logger.getLogger("io.netty");

  private Conformance() {}

  public static void main(String[] args) throws InterruptedException {
    // Netty would warn of things that the checks do on purpose, such as ending loops with open
    // connections.
    NETTY.setLevel(Level.SEVERE);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    boolean json = args.length == 1 && args[0].equals("--json");
    if (args.length > 0 && !json) {
      System.err.println(USAGE);
      System.exit(CANNOT_RUN);
    }
    Report report = run(KQueueFfm.isAvailable() ? checks() : List.of());
    out.print(json ? report.json() + System.lineSeparator() : report.text());
    System.exit(status(report));
  }

  static Report run(List<Check> checks) throws InterruptedException {
    return new Report(Subject.current(), Runner.run(checks));
  }

  static int status(Report report) {
    if (!report.subject().available()) {
      return CANNOT_RUN;
    }
    return report.isGood() ? GOOD : FAILED;
  }

  static List<Check> checks() {
    List<Check> checks = new ArrayList<>();
    checks.addAll(AddressChecks.all());
    checks.addAll(StructChecks.all());
    checks.addAll(CallChecks.all());
    checks.addAll(OptionChecks.all());
    checks.addAll(OneShotChecks.all());
    checks.addAll(EndChecks.all());
    checks.addAll(ChangelistChecks.all());
    checks.addAll(TimeChecks.all());
    checks.addAll(WakeupChecks.all());
    checks.addAll(ChannelChecks.all());
    checks.addAll(FamilyChecks.all());
    checks.addAll(DatagramChecks.all());
    return checks;
  }
}
