package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import io.github.kqueueffm.benchmarks.server.ServerTransport;
import io.netty.util.Version;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The text above the results, which is the same in each form of the report.
 *
 * @param notes notes for the reader on how it was measured
 */
record Heading(LocalDate date, int rounds, List<String> notes) {
  static final String PROJECT = "transport-kqueue-ffm";

  /** Explains the medians of every table and chart. */
  static final String MEDIANS =
      "Medians are of the measurements that nothing else disturbed, and of all where there is none;"
          + " ratios are of the same round. CPU time is the server's, without its JIT compiler's"
          + " threads.";

  static Heading today(int rounds, List<String> notes) {
    return new Heading(LocalDate.now(ZoneOffset.UTC), rounds, notes);
  }

  String title() {
    return PROJECT + ": benchmark of " + date;
  }

  /** {@return the caption of the table and the chart of ratios} */
  static String caption(List<String> others) {
    return "CPU per operation, %s divided by %s; below 1 is less"
        .formatted(ServerTransport.KQUEUE_FFM, String.join(", ", others));
  }

  /** {@return the conditions of the measurement, by name} */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("date", date.toString());
    facts.put("machine", machine());
    facts.put("JDK", Runtime.version() + ", " + System.getProperty("java.vendor"));
    facts.put("Netty", netty());
    facts.put("rounds", Integer.toString(rounds));
    return facts;
  }

  static String machine() {
    return "%d processors, %s %s %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"));
  }

  private static String netty() {
    Map<String, Version> versions = Version.identify();
    String transport = version(versions, "netty-transport");
    String natives = version(versions, "netty-transport-classes-epoll");
    return natives.equals(transport) ? transport : transport + ", its native transports " + natives;
  }

  private static String version(Map<String, Version> versions, String artifact) {
    Version version = versions.get(artifact);
    return version == null ? "of an unknown version" : version.artifactVersion();
  }

  /** {@return a warning if there are too few rounds to resolve a difference} */
  Optional<String> caution() {
    return rounds < Statistics.FEWEST
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%d rounds cannot resolve a difference, which takes %d: a first look, no comparison"
                    + " (-Dbench.rounds=15)",
                rounds,
                Statistics.FEWEST))
        : Optional.empty();
  }

  /** {@return a warning if other load disturbed measurements} */
  static Optional<String> banner(Results results) {
    List<Measurement> all = results.measurements();
    long disturbed = all.stream().filter(Measurement::isDisturbed).count();
    return disturbed == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%d of %d measurements were disturbed: other processes used more than %.0f %% of a"
                    + " processor meanwhile. Repeat them on a machine that does nothing else.",
                disturbed,
                all.size(),
                100 * Measurement.mostNoise()));
  }
}
