package io.github.kqueueffm.benchmarks;

import io.github.kqueueffm.benchmarks.micro.MicroBenchmarks;
import io.github.kqueueffm.benchmarks.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures all peers by all workloads, in turn, and updates the reports meanwhile: {@code ./mvnw
 * -Pbench verify}. {@link Settings} lists the properties.
 */
public final class Bench {
  /**
   * The time that a measurement takes beside its warm-up and window, for the start, the connections
   * and the counts.
   */
  private static final double OVERHEAD_SECONDS = 1.5;

  private final Settings settings;
  private final Peers peers;
  private final SystemCalls systemCalls;
  private final WorkFiles files;
  private final Report report;
  private final List<Measurement> measurements = new ArrayList<>();
  private final Exception failures = new IllegalStateException("not all could be measured");

  private Bench(Settings settings, WorkFiles files) throws Exception {
    this.settings = settings;
    this.files = files;
    this.peers = Peers.find(settings);
    this.systemCalls = SystemCalls.find();
    List<String> notes = new ArrayList<>(peers.missing());
    notes.add("system calls: " + systemCalls.explanation());
    this.report = new Report(settings.output(), settings.rounds(), notes);
    if (settings.resume()) {
      measurements.addAll(report.earlier());
    }
  }

  /** The last round of a workload that was measured before. */
  private int lastRound(Workload workload) {
    return measurements.stream()
        .filter(one -> one.workload() == workload)
        .mapToInt(Measurement::round)
        .max()
        .orElse(0);
  }

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.fromProperties();
    try (WorkFiles files = new WorkFiles()) {
      new Bench(settings, files).run();
    }
  }

  private void run() throws Exception {
    peers.missing().forEach(line -> System.out.println("without " + line));
    report.caution().ifPresent(System.out::println);
    Progress progress = new Progress(cases() * settings.rounds(), expectedSeconds());
    for (int i = 0; i < settings.rounds(); i++) {
      for (Workload workload : settings.workloads()) {
        int round = lastRound(workload) + 1;
        for (Peer peer : peers.inOrderOf(round)) {
          if (isPossible(workload, peer)) {
            progress.next(round, workload, peer);
            measure(round, workload, peer, progress);
          }
        }
        report.write(measurements);
      }
    }
    progress.end();
    if (settings.jmh()) {
      report.micro(MicroBenchmarks.run(settings.output()));
      report.write(measurements);
    }
    System.out.println(report.summary(measurements));
    if (failures.getSuppressed().length > 0) {
      throw failures;
    }
  }

  private int cases() {
    int cases = 0;
    for (Workload workload : settings.workloads()) {
      for (Peer peer : peers.found()) {
        cases += isPossible(workload, peer) ? 1 : 0;
      }
    }
    return cases;
  }

  private static boolean isPossible(Workload workload, Peer peer) {
    // JDK 25 introduced the creation of a cache in one step.
    return peer.serves(workload)
        && (workload != Workload.STARTUP_AOT || Runtime.version().feature() >= 25);
  }

  private double expectedSeconds() {
    return OVERHEAD_SECONDS + (settings.warmupMillis() + settings.windowMillis()) / 1e3;
  }

  /** A measurement that fails does not end the others. The run then fails at its end. */
  private void measure(int round, Workload workload, Peer peer, Progress progress)
      throws InterruptedException {
    try {
      measurements.add(undisturbed(round, workload, peer, progress));
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      String what = "round %d, %s on %s".formatted(round, workload.id(), peer.name());
      progress.say(what + " failed: " + e);
      failures.addSuppressed(new IllegalStateException(what, e));
    }
  }

  /** {@return the first measurement that was not disturbed, or the least disturbed one} */
  private Measurement undisturbed(int round, Workload workload, Peer peer, Progress progress)
      throws Exception {
    // Counting costs time, and the count is the same in every round.
    SystemCalls counting = round == 1 ? systemCalls : SystemCalls.NONE;
    Case next = new Case(settings, files, counting, round, workload, peer);
    Measurement best = next.measure();
    for (int i = 0; i < settings.retries() && best.isDisturbed(); i++) {
      progress.say(
          String.format(
              Locale.ROOT,
              "other processes used %.0f %% of a processor: measuring again",
              100 * best.noise()));
      Measurement again = next.measure();
      best = again.noise() < best.noise() ? again : best;
    }
    return best;
  }
}
