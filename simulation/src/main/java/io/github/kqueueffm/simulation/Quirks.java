package io.github.kqueueffm.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The quirks of one system, from the table. A run can switch single ones off, to show that a test
 * notices.
 */
final class Quirks {
  /**
   * The property that names a quirk to switch off, or a row as {@code QUIRK@release}: tests of the
   * table show with it that each row matters.
   */
  static final String OFF_PROPERTY = "simulation.off";

  private static final List<Row> TABLE = load();

  private final Map<Quirk, String> values = new EnumMap<>(Quirk.class);
  private final Set<Quirk> reached = EnumSet.noneOf(Quirk.class);

  /**
   * A line of the table.
   *
   * @param release the system that has it
   * @param value its value, or {@code yes}
   * @param evidence M or F for measured on kernel code, R for read in source, L for measured on
   *     Linux, A for assumed
   * @param source the section of the facts and what it says
   * @param shownBy the conformance check or the test that fails without it
   */
  record Row(
      Quirk quirk, String release, String value, String evidence, String source, String shownBy) {

    private boolean isNamed(String name) {
      return name.equals(quirk.name()) || name.equals(toString());
    }

    /** {@return the quirk and its system} */
    @Override
    public String toString() {
      return quirk + "@" + release;
    }
  }

  private Quirks() {}

  static Quirks of(SimulatedSystem system, Set<Quirk> off) {
    Quirks quirks = new Quirks();
    String offByProperty = System.getProperty(OFF_PROPERTY, "");
    for (Row row : TABLE) {
      if (row.release.equals(system.release())
          && !off.contains(row.quirk)
          && !row.isNamed(offByProperty)) {
        quirks.values.put(row.quirk, row.value);
      }
    }
    return quirks;
  }

  /** {@return the whole table} */
  static List<Row> table() {
    return TABLE;
  }

  /** Whether the system has the quirk; it counts as reached if so. */
  boolean has(Quirk quirk) {
    if (!values.containsKey(quirk)) {
      return false;
    }
    reached.add(quirk);
    return true;
  }

  /** {@return the quirk's value on this system, or {@code otherwise} if it does not have it} */
  String value(Quirk quirk, String otherwise) {
    return has(quirk) ? values.get(quirk) : otherwise;
  }

  /** The same of a number. */
  int number(Quirk quirk, int otherwise) {
    return has(quirk) ? Integer.parseInt(values.get(quirk)) : otherwise;
  }

  /** {@return the quirks of the system} */
  Set<Quirk> all() {
    return values.keySet();
  }

  /** {@return the quirks that made a difference, or were asked for, so far} */
  Set<Quirk> reached() {
    return reached;
  }

  private static List<Row> load() {
    List<Row> rows = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Quirks.class.getResourceAsStream("quirks.tsv"), StandardCharsets.UTF_8))) {
      reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(line -> addRows(rows, line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(rows);
  }

  private static void addRows(List<Row> rows, String line) {
    String[] columns = line.split("\t", -1);
    if (columns.length != 5) {
      throw new IllegalStateException("quirks.tsv: " + columns.length + " columns: " + line);
    }
    for (String release : columns[1].split(" ", -1)) {
      String[] value = release.split("=", 2);
      rows.add(
          new Row(
              Quirk.valueOf(columns[0]),
              value[0],
              value.length > 1 ? value[1] : "yes",
              columns[2],
              columns[3],
              columns[4]));
    }
  }
}
