package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Writes one line for each measurement. A value that does not apply is empty. */
final class Csv {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180
          .builder()
          .setHeader(
              "round",
              "workload",
              "transport",
              "operations_per_second",
              "p50_us",
              "p99_us",
              "p99.9_us",
              "cpu_us",
              "cpu_user_us",
              "cpu_system_us",
              "allocated_bytes",
              "system_calls",
              "heap_bytes_per_connection",
              "resident_bytes_per_connection",
              "others_share_of_a_processor",
              "disturbed")
          .get();

  private Csv() {}

  static String of(List<Measurement> measurements) throws IOException {
    StringWriter text = new StringWriter();
    try (CSVPrinter printer = new CSVPrinter(text, FORMAT)) {
      for (Measurement one : measurements) {
        printer.printRecord(
            one.round(),
            one.workload().id(),
            one.transport(),
            Format.significant(one.operationsPerSecond()),
            Format.significant(one.p50()),
            Format.significant(one.p99()),
            Format.significant(one.p999()),
            Format.significant(one.cpuMicros()),
            Format.significant(one.userMicros()),
            Format.significant(one.systemMicros()),
            Format.significant(one.allocatedBytes()),
            Format.significant(one.systemCalls()),
            Format.significant(one.heapBytes()),
            Format.significant(one.residentBytes()),
            Format.significant(one.noise()),
            one.isDisturbed());
      }
    }
    return text.toString();
  }
}
