package io.github.kqueueffm.testsuite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of traps: it is complete, and what it names exists. */
class AbiTrapsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final int TRAPS = 33;

  private record Row(int number, String trap, String where, String tests) {}

  @Test
  void everyTrapHasAPlaceAndATest() throws IOException {
    List<Row> rows = rows();
    assertThat(rows)
        .extracting(Row::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, TRAPS).boxed().toList());
    assertThat(rows).allMatch(row -> !names(row.tests()).isEmpty(), "names a test");
    assertThat(rows)
        .allMatch(
            row -> !names(row.where()).isEmpty() || row.where().contains("platform files"),
            "names a place");
  }

  @Test
  void whatTheTableNamesExists() throws IOException {
    Map<String, List<Path>> sources = sources();
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      for (String name : names(row.where())) {
        check(name, sources, missing);
      }
      for (String name : names(row.tests())) {
        assertThat(name).as("test of trap %d", row.number()).matches("\\w+(Test|Checks)(\\.\\w+)?");
        check(name, sources, missing);
      }
    }
    assertThat(missing).isEmpty();
  }

  /** A platform file, a class, or a class with one of its methods. */
  private static void check(String name, Map<String, List<Path>> sources, List<String> missing)
      throws IOException {
    boolean file = name.endsWith(".platform");
    String[] parts = file ? new String[] {name} : name.split("\\.");
    List<Path> found = sources.getOrDefault(file ? name : parts[0] + ".java", List.of());
    if (found.isEmpty()) {
      missing.add(name + ": there is no such class or file");
    } else if (parts.length > 1 && !anyContains(found, ' ' + parts[1] + '(')) {
      missing.add(name + ": there is no such method");
    }
  }

  private static boolean anyContains(List<Path> sources, String text) throws IOException {
    for (Path source : sources) {
      if (Files.readString(source).contains(text)) {
        return true;
      }
    }
    return false;
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/abi-traps.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        int number = Integer.parseInt(row.group(1));
        rows.add(new Row(number, row.group(2), row.group(3), row.group(4)));
      }
    }
    return rows;
  }

  private static List<String> names(String cell) {
    return CODE.matcher(cell).results().map(match -> match.group(1)).toList();
  }

  private static Map<String, List<Path>> sources() throws IOException {
    Map<String, List<Path>> sources = new HashMap<>();
    for (String module : List.of("transport-kqueue-ffm", "testsuite")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
        files
            .filter(Files::isRegularFile)
            .forEach(file ->
                sources
                    .computeIfAbsent(file.getFileName().toString(), name -> new ArrayList<>())
                    .add(file));
      }
    }
    return sources;
  }
}
