package io.github.kqueueffm.testsuite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of faults: they are complete, and the tests that they name exist. */
class RegressionsTest {
  private static final Pattern ROW =
      Pattern.compile("\\| ([AB]\\d+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|");
  private static final int OF_EVENTS = 12;
  private static final int OF_SOCKETS = 9;

  private record Row(String label, String reports, String tests) {
    /** netty #15041 as it stands in the name of a test. */
    List<String> suffixes() {
      List<String> suffixes = new ArrayList<>();
      for (String project : reports.split("; ")) {
        String name = project.replaceAll("[^a-z].*", "");
        Matcher number = Pattern.compile("#(\\d+)").matcher(project);
        while (number.find()) {
          suffixes.add('_' + name + number.group(1));
        }
      }
      return suffixes;
    }
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Sources.ROOT.resolve("docs/regressions.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        String reports = row.group(3).replace("swift-nio", "swiftnio");
        rows.add(new Row(row.group(1), reports, row.group(4)));
      }
    }
    return rows;
  }

  @Test
  void everyFaultHasItsRow() throws IOException {
    Stream<String> events = IntStream.rangeClosed(1, OF_EVENTS).mapToObj(n -> "A" + n);
    Stream<String> sockets = IntStream.rangeClosed(1, OF_SOCKETS).mapToObj(n -> "B" + n);
    assertThat(rows())
        .extracting(Row::label)
        .containsExactlyElementsOf(Stream.concat(events, sockets).toList());
  }

  @Test
  void everyReportThatIsNumberedHasATestNamedByIt() throws IOException {
    for (Row row : rows()) {
      List<String> suffixes = row.suffixes();
      assertThat(Sources.names(row.tests()))
          .as(row.label())
          .anyMatch(test -> suffixes.isEmpty() || suffixes.stream().anyMatch(test::endsWith));
      assertThat(Sources.names(row.tests()).stream().filter(test -> test.matches(".*_[a-z]+\\d+")))
          .as("%s: numbers in its tests' names are among its reports", row.label())
          .allMatch(test -> suffixes.stream().anyMatch(test::endsWith));
    }
  }

  @Test
  void testsThatAreNamedExist() throws IOException {
    Sources sources = new Sources();
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      for (String name : Sources.names(row.tests())) {
        sources.check(name, missing);
      }
    }
    assertThat(missing).isEmpty();
  }
}
