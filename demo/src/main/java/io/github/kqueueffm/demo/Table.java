package io.github.kqueueffm.demo;

import java.io.PrintStream;
import java.util.List;

/** Prints the measurements side by side, workload by workload. */
final class Table {
  private Table() {}

  static void print(List<Comparison.Result> results, PrintStream out) {
    out.printf(
        "%-24s  %-10s  %10s  %9s  %9s  %13s  %s%n",
        "", "", "requests/s", "p50 us", "p99 us", "B/request (*)", "ratio of requests/s (**)");
    for (Comparison.Result result : results) {
      print(result.a(), "", out);
      print(result.b(), result.ratio().toString(), out);
    }
    out.println("(*) allocated on the heap by the server's event loop");
    out.println(
        "(**) median (lowest-highest) of pairs of turns; above 1 the lower line answers more often."
            + " No difference: the pairs disagree, or by less than 5 %");
  }

  private static void print(Measurement measurement, String ratio, PrintStream out) {
    String line =
        String.format(
            "%-24s  %-10s  %,10.0f  %,9.0f  %,9.0f  %,13.0f  %s",
            measurement.workload().title(),
            measurement.transport(),
            measurement.requestsPerSecond(),
            measurement.latency(50),
            measurement.latency(99),
            measurement.allocatedBytesPerRequest(),
            ratio);
    out.println(line.stripTrailing());
  }
}
