package io.github.kqueueffm.testsuite.demo;

import java.io.PrintStream;
import java.util.List;

/** The measurements side by side, workload by workload. */
final class Table {
  private Table() {}

  static void print(List<Measurement> measurements, PrintStream out) {
    out.printf(
        "%-24s  %-10s  %10s  %9s  %9s  %13s%n",
        "", "", "requests/s", "p50 us", "p99 us", "B/request (*)");
    for (Workload workload : Workload.values()) {
      for (Measurement measurement : measurements) {
        if (measurement.workload() == workload) {
          print(measurement, out);
        }
      }
    }
    out.println("(*) allocated on the heap by the server's event loop");
  }

  private static void print(Measurement measurement, PrintStream out) {
    out.printf(
        "%-24s  %-10s  %,10.0f  %,9.0f  %,9.0f  %,13.0f%n",
        measurement.workload().title(),
        measurement.transport(),
        measurement.requestsPerSecond(),
        measurement.latency(50),
        measurement.latency(99),
        measurement.allocatedBytesPerRequest());
  }
}
