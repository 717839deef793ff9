package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import io.github.kqueueffm.benchmarks.Workload;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/** One line for each measurement. A value that does not apply is empty. */
final class Csv {
  private static final String MACHINE = "machine";

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
              "disturbed",
              MACHINE)
          .get();

  private Csv() {}

  /** Writes them. */
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
            one.isDisturbed(),
            Heading.machine());
      }
    }
    return text.toString();
  }

  /**
   * Reads them.
   *
   * @throws IllegalStateException if they are of another machine, with which nothing of this one
   *     can be compared
   */
  static List<Measurement> read(Path file) throws IOException {
    List<Measurement> measurements = new ArrayList<>();
    CSVFormat withHeader = FORMAT.builder().setSkipHeaderRecord(true).get();
    try (Reader reader = Files.newBufferedReader(file)) {
      for (CSVRecord row : withHeader.parse(reader)) {
        String machine = row.get(MACHINE);
        if (!machine.equals(Heading.machine())) {
          throw new IllegalStateException(
              file
                  + " is of another machine ("
                  + machine
                  + ", here "
                  + Heading.machine()
                  + "): move it away, or leave -Dbench.resume out");
        }
        measurements.add(measurement(row));
      }
    }
    return measurements;
  }

  private static Measurement measurement(CSVRecord row) {
    return new Measurement(
        Integer.parseInt(row.get("round")),
        Workload.of(row.get("workload")),
        row.get("transport"),
        number(row, "operations_per_second"),
        number(row, "p50_us"),
        number(row, "p99_us"),
        number(row, "p99.9_us"),
        number(row, "cpu_us"),
        number(row, "cpu_user_us"),
        number(row, "cpu_system_us"),
        number(row, "allocated_bytes"),
        number(row, "system_calls"),
        number(row, "heap_bytes_per_connection"),
        number(row, "resident_bytes_per_connection"),
        number(row, "others_share_of_a_processor"));
  }

  private static double number(CSVRecord row, String column) {
    String text = row.get(column);
    return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
  }
}
