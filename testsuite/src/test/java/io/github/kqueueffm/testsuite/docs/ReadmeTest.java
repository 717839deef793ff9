package io.github.kqueueffm.testsuite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    for (String module : List.of("transport-kqueue-ffm", "testsuite")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        Optional<Path> found =
            files.filter(path -> path.getFileName().toString().equals(file)).findAny();
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    throw new AssertionError("there is no " + file);
  }
}
