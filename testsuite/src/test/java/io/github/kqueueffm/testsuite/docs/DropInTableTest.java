package io.github.kqueueffm.testsuite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of libraries on the drop-in, and the tests of these libraries. */
class DropInTableTest {
  private static final Path MODULE = Sources.ROOT.resolve("testsuite-dropin");
  private static final Path TESTS =
      MODULE.resolve("src/test/java/io/github/kqueueffm/testsuite/dropin");

  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| [^|]+ \\| `(\\w+DropInTest)` \\|$");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** Not a library: what the doctor says of one. */
  private static final Set<String> OTHERS = Set.of("DoctorDropInTest");

  private static List<MatchResult> rows() throws IOException {
    String section =
        Documents.section(
            Documents.read("frameworks.md"), "Libraries that know only Netty's class names");
    List<MatchResult> rows = ROW.matcher(section).results().toList();
    // Two more are the table's head.
    assertThat(rows)
        .hasSize((int) section.lines().filter(line -> line.startsWith("|")).count() - 2);
    return rows;
  }

  @Test
  void tableHasEveryTestOfALibraryAndNoOther() throws IOException {
    Set<String> classes = new TreeSet<>();
    try (Stream<Path> files = Files.list(TESTS)) {
      files
          .map(file -> file.getFileName().toString().replaceFirst("\\.java$", ""))
          .filter(name -> name.endsWith("DropInTest") && !OTHERS.contains(name))
          .forEach(classes::add);
    }
    assertThat(rows()).extracting(row -> row.group(4)).containsExactlyInAnyOrderElementsOf(classes);
  }

  @TestFactory
  Stream<DynamicTest> versionIsThatOfTheBuild() throws IOException {
    String versions = Files.readString(Sources.ROOT.resolve("pom.xml"));
    return rows().stream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.group(1),
                () -> assertThat(versions).contains(".version>" + row.group(2) + "<")));
  }

  /** What a user writes on Linux is in the test, or a property with which the tests run. */
  @TestFactory
  Stream<DynamicTest> lineToWriteIsWhatTheTestHas() throws IOException {
    String pom = Files.readString(MODULE.resolve("pom.xml"));
    return rows().stream()
        .map(row -> DynamicTest.dynamicTest(row.group(1), () -> assertWritten(row, pom)));
  }

  private static void assertWritten(MatchResult row, String pom) throws IOException {
    Path test = TESTS.resolve(row.group(4) + ".java");
    List<String> written = CODE.matcher(row.group(3)).results().map(code -> code.group(1)).toList();
    assertThat(written.isEmpty())
        .isEqualTo(row.group(3).equals("nothing") || row.group(3).equals("not possible"));
    for (String code : written) {
      if (code.startsWith("-D")) {
        String[] property = code.substring(2).split("=", 2);
        assertThat(pom).contains('<' + property[0] + '>' + property[1] + "</");
      } else {
        assertThat(test).content().contains(code);
      }
    }
  }

  /** Its own name and those of Netty's classes are all that such a program writes. */
  @TestFactory
  Stream<DynamicTest> libraryIsUsedWithoutTheNameOfThisTransport() throws IOException {
    Pattern ours = Pattern.compile("KQueueFfm");
    return rows().stream()
        .map(row -> TESTS.resolve(row.group(4) + ".java"))
        .map(test ->
            DynamicTest.dynamicTest(
                test.getFileName().toString(),
                () ->
                    assertThat(
                            ours.matcher(Files.readString(test))
                                .results()
                                .map(MatchResult::group)
                                .collect(Collectors.toList()))
                        .isEmpty()));
  }
}
