package io.github.kqueueffm.testsuite.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/packaging.md shows is what this module builds and runs. */
class PackagingDocumentTest {
  private static final Path MODULE = Path.of(System.getProperty("user.dir"));
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern OPTION = Pattern.compile("(?<=\\s)--?[a-z][a-z-]+");

  @Test
  void eachLineOfXmlIsInTheBuildOfThisModule() throws Exception {
    List<String> pom = lines(Files.readString(MODULE.resolve("pom.xml"))).toList();
    List<String> shown =
        blocks("xml")
            .flatMap(PackagingDocumentTest::lines)
            // The build takes both from its parent.
            .filter(line ->
                !line.startsWith("<version>") && !line.contains("org.apache.maven.plugins<"))
            .toList();
    assertThat(shown).hasSizeGreaterThan(40);
    assertThat(pom).containsAll(shown);
  }

  @Test
  void eachOptionOfTheCommandsIsUsedByATestOrTheWorkflow() throws Exception {
    String tests;
    try (Stream<Path> files = Files.walk(MODULE.resolve("src/test/java"))) {
      tests =
          files
              .filter(file -> file.toString().endsWith("Test.java"))
              .filter(file -> !file.endsWith("PackagingDocumentTest.java"))
              .map(PackagingDocumentTest::read)
              .collect(Collectors.joining());
    }
    String used = tests + read(MODULE.resolveSibling(".github/systems/native-image.sh"));
    List<String> options =
        blocks("")
            .flatMap(block -> OPTION.matcher(block).results().map(found -> found.group()))
            .distinct()
            .toList();
    assertThat(options).hasSizeGreaterThan(10);
    assertThat(used).contains(options);
  }

  private static Stream<String> blocks(String language) throws IOException {
    String document = Files.readString(MODULE.resolveSibling("docs").resolve("packaging.md"));
    return BLOCK
        .matcher(document)
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2));
  }

  private static Stream<String> lines(String text) {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
