package io.github.kqueueffm.testsuite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the README says is held by a test has that test. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("user.dir")).getParent();
  private static final Pattern NAMED = Pattern.compile("\\| `(\\w+Test)(?:\\.(\\w+))?` \\|\\s*$");

  @TestFactory
  Stream<DynamicTest> everyTestThatTheReadmeNamesExists() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("README.md"))) {
      Matcher named = NAMED.matcher(line);
      if (named.find()) {
        tests.add(
            DynamicTest.dynamicTest(
                named.group(), () -> assertExists(named.group(1), named.group(2))));
      }
    }
    assertThat(tests).hasSizeGreaterThan(20);
    return tests.stream();
  }

  private static void assertExists(String type, String method) throws IOException {
    Path source = source(type + ".java");
    if (method != null) {
      assertThat(Files.readString(source)).contains("void " + method + "(");
    }
  }

  private static Path source(String file) throws IOException {
    try (Stream<Path> files =
        Stream.concat(
            Files.walk(ROOT.resolve("transport-kqueue-ffm/src/test/java")),
            Files.walk(ROOT.resolve("testsuite/src/test/java")))) {
      return files
          .filter(path -> path.getFileName().toString().equals(file))
          .findAny()
          .orElseThrow(() -> new AssertionError("there is no " + file));
    }
  }
}
