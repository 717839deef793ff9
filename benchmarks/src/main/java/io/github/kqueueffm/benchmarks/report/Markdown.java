package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import io.github.kqueueffm.benchmarks.Workload;
import io.github.kqueueffm.benchmarks.server.ServerTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Formats the results as tables. */
final class Markdown {
  private final Results results;
  private final Heading heading;
  private final List<MicroResult> micro;
  private final StringBuilder text = new StringBuilder();

  Markdown(Results results, Heading heading, List<MicroResult> micro) {
    this.results = results;
    this.heading = heading;
    this.micro = micro;
  }

  String text() {
    line("# " + heading.title());
    line("");
    heading.facts().forEach((name, fact) -> line("- " + name + ": " + fact));
    heading.notes().forEach(note -> line("- " + note));
    line("");
    heading.caution().ifPresent(caution -> line("**" + caution + ".**\n"));
    Heading.banner(results).ifPresent(banner -> line("**" + banner + "**\n"));
    line(Heading.MEDIANS);
    line("");
    line("## " + Heading.caption(results.others()));
    line("");
    line("Median (95 % confidence; rounds that count).");
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

  /** {@return the ratios for the terminal, with the notes that a reader needs} */
  String summary() {
    StringBuilder summary = new StringBuilder();
    summary.append(heading.title()).append('\n');
    heading.caution().ifPresent(caution -> summary.append(caution).append('\n'));
    Heading.banner(results).ifPresent(banner -> summary.append(banner).append('\n'));
    summary.append(Heading.caption(results.others())).append(":\n\n");
    return summary.append(ratios()).toString();
  }

  /** {@return a table with one line for each workload and one column for each other peer} */
  String ratios() {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("workload"));
    results.others().forEach(other -> head.add("divided by " + other));
    rows.add(head);
    for (Workload workload : results.workloads()) {
      List<String> row = new ArrayList<>(List.of(workload.id()));
      results.others().forEach(other -> row.add(ratio(workload, other)));
      rows.add(row);
    }
    return Format.table(rows);
  }

  private String ratio(Workload workload, String other) {
    List<Results.Ratio> all =
        results.ratios(workload, ServerTransport.KQUEUE_FFM, other, Measurement::cpuMicros);
    Statistics statistics =
        Statistics.of(
            Results.Ratio.counted(all).stream().mapToDouble(Results.Ratio::value).toArray());
    return statistics.isEmpty()
        ? ""
        : "%s (%s to %s; %d), %s%s"
            .formatted(
                Format.ratio(statistics.median()),
                Format.ratio(statistics.low()),
                Format.ratio(statistics.high()),
                statistics.count(),
                statistics.verdict(),
                disturbed(all));
  }

  private static String disturbed(List<Results.Ratio> all) {
    long disturbed = all.stream().filter(Results.Ratio::isDisturbed).count();
    return disturbed == 0 ? "" : ", %d of %d disturbed".formatted(disturbed, all.size());
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
    return "| "
        + transport
        + " | "
        + columns.stream()
            .map(column -> results.statistics(workload, transport, column).median())
            .map(Format::significant)
            .collect(Collectors.joining(" | "))
        + " | "
        + results.disturbed(workload, transport)
        + " of "
        + all.size()
        + " |";
  }

  private void perRound(Workload workload, String transport) {
    List<Results.Ratio> ratios =
        results.ratios(workload, ServerTransport.KQUEUE_FFM, transport, Measurement::cpuMicros);
    if (!ratios.isEmpty() && !transport.equals(ServerTransport.KQUEUE_FFM)) {
      line(
          "- CPU divided by %s's, round by round: %s"
              .formatted(
                  transport,
                  ratios.stream().map(Markdown::marked).collect(Collectors.joining(", "))));
    }
  }

  private static String marked(Results.Ratio ratio) {
    return Format.ratio(ratio.value()) + (ratio.isDisturbed() ? " (disturbed)" : "");
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
