package io.github.kqueueffm.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What each check of the conformance program has to say on a system: what it said on the kernel's
 * code, or what the facts say. The tables are resources, one for each system.
 */
final class ExpectedChecks {
  private ExpectedChecks() {}

  /**
   * A row of the table.
   *
   * @param outcome pass, fail or not offered
   * @param seen what the check saw; a star stands for what varies
   * @param source "recorded", or the reason for the outcome
   */
  record Row(String outcome, String seen, String source) {

    boolean matches(String outcome, String seen) {
      String regex = Pattern.quote(this.seen).replace("*", "\\E.*\\Q");
      return outcome.equals(this.outcome) && seen.matches(regex);
    }
  }

  /** {@return the rows of a system, by "group: name" of the check} */
  static Map<String, Row> of(SimulatedSystem system) {
    Map<String, Row> rows = new LinkedHashMap<>();
    String resource = "expected/" + system.release() + ".tsv";
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                ExpectedChecks.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
      reader
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .forEach(row -> rows.put(row[0] + ": " + row[1], new Row(row[2], row[3], row[4])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
