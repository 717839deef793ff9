package io.github.kqueueffm.testsuite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The table of traps: it is complete, and what it names exists. */
class AbiTrapsTest {
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|");
  private static final int TRAPS = 34;

  private record Row(int number, String trap, String where, String tests) {}

  @Test
  void everyTrapHasAPlaceAndATest() throws IOException {
    List<Row> rows = rows();
    assertThat(rows)
        .extracting(Row::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, TRAPS).boxed().toList());
    assertThat(rows).allMatch(row -> !Sources.names(row.tests()).isEmpty(), "names a test");
    assertThat(rows)
        .allMatch(
            row -> !Sources.names(row.where()).isEmpty() || row.where().contains("platform files"),
            "names a place");
  }

  @Test
  void whatTheTableNamesExists() throws IOException {
    Sources sources = new Sources();
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      for (String name : Sources.names(row.where())) {
        sources.check(name, missing);
      }
      for (String name : Sources.names(row.tests())) {
        assertThat(name).as("test of trap %d", row.number()).matches("\\w+(Test|Checks)(\\.\\w+)?");
        sources.check(name, missing);
      }
    }
    assertThat(missing).isEmpty();
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Sources.ROOT.resolve("docs/abi-traps.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        int number = Integer.parseInt(row.group(1));
        rows.add(new Row(number, row.group(2), row.group(3), row.group(4)));
      }
    }
    return rows;
  }
}
