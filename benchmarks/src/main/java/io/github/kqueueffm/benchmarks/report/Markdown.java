package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import io.github.kqueueffm.benchmarks.Workload;
import io.github.kqueueffm.benchmarks.server.ServerTransport;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The results as tables. */
final class Markdown {
  private final Results results;
  private final int rounds;
  private final List<String> notes;
  private final List<MicroResult> micro;
  private final StringBuilder text = new StringBuilder();

  Markdown(Results results, int rounds, List<String> notes, List<MicroResult> micro) {
    this.results = results;
    this.rounds = rounds;
    this.notes = notes;
    this.micro = micro;
  }

  String text() {
    line("# Benchmark of " + LocalDate.now(ZoneOffset.UTC));
    line("");
    line(machine() + "; " + rounds + " rounds; medians, and ratios of the same round.");
    line("CPU time is the server's, without its JIT compiler's threads.");
    line("");
    notes.forEach(note -> line("- " + note));
    line("");
    line("## CPU time per operation, this transport's of the others'");
    line("");
    line(
        "Median (95 % confidence; rounds): of the rounds in which nothing else disturbed either,"
            + " of all if there are none.");
    line("");
    text.append(ratios());
    for (Workload workload : results.workloads()) {
      workload(workload);
    }
    if (!micro.isEmpty()) {
      micro();
    }
    return text.toString();
  }

  private static String machine() {
    return "%d processors, %s %s %s, JDK %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"),
            Runtime.version());
  }

  /** One line for each workload, one column for each peer of this transport. */
  String ratios() {
    List<String> others =
        results.transports().stream()
            .filter(name -> !name.equals(ServerTransport.KQUEUE_FFM))
            .toList();
    StringBuilder table = new StringBuilder();
    table.append("| workload |");
    others.forEach(other -> table.append(" of ").append(other).append(" |"));
    table.append("\n|---|").append("---|".repeat(others.size())).append('\n');
    for (Workload workload : results.workloads()) {
      table.append("| ").append(workload.id()).append(" |");
      for (String other : others) {
        table.append(' ').append(ratio(workload, other)).append(" |");
      }
      table.append('\n');
    }
    return table.toString();
  }

  private String ratio(Workload workload, String other) {
    double[] ratios =
        results.ratios(workload, ServerTransport.KQUEUE_FFM, other, Measurement::cpuMicros);
    Statistics statistics = Statistics.of(ratios);
    return statistics.isEmpty()
        ? ""
        : "%s (%s to %s; %d), %s"
            .formatted(
                Format.ratio(statistics.median()),
                Format.ratio(statistics.low()),
                Format.ratio(statistics.high()),
                statistics.count(),
                statistics.verdict());
  }

  private void workload(Workload workload) {
    line("");
    line("## " + workload.id() + ": " + workload.description());
    line("");
    line(
        "| transport | operations/s | p50 us | p99 us | p99.9 us | CPU us | user | system"
            + " | allocated B | system calls | heap B/conn. | resident B/conn. | disturbed |");
    line("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (String transport : results.transports()) {
      if (!results.of(workload, transport).isEmpty()) {
        line(row(workload, transport));
      }
    }
    line("");
    for (String transport : results.transports()) {
      perRound(workload, transport);
    }
  }

  private String row(Workload workload, String transport) {
    List<ToDoubleFunction<Measurement>> columns =
        List.of(
            Measurement::operationsPerSecond,
            Measurement::p50,
            Measurement::p99,
            Measurement::p999,
            Measurement::cpuMicros,
            Measurement::userMicros,
            Measurement::systemMicros,
            Measurement::allocatedBytes,
            Measurement::systemCalls,
            Measurement::heapBytes,
            Measurement::residentBytes);
    List<Measurement> all = results.of(workload, transport);
    long disturbed = all.stream().filter(Measurement::isDisturbed).count();
    return "| "
        + transport
        + " | "
        + columns.stream()
            .map(column -> results.statistics(workload, transport, column).median())
            .map(Format::significant)
            .collect(Collectors.joining(" | "))
        + " | "
        + disturbed
        + " of "
        + all.size()
        + " |";
  }

  private void perRound(Workload workload, String transport) {
    double[] ratios =
        results.ratios(workload, ServerTransport.KQUEUE_FFM, transport, Measurement::cpuMicros);
    if (ratios.length > 0 && !transport.equals(ServerTransport.KQUEUE_FFM)) {
      line(
          "- CPU of %s's, round by round: %s"
              .formatted(
                  transport,
                  Arrays.stream(ratios).mapToObj(Format::ratio).collect(Collectors.joining(", "))));
    }
  }

  private void micro() {
    line("");
    line("## JMH");
    line("");
    line("| benchmark | ns | +- | allocated B |");
    line("|---|---|---|---|");
    for (MicroResult one : micro) {
      line(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.1f | %.1f |",
              one.name(),
              one.nanos(),
              one.error(),
              one.allocatedBytes()));
    }
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
