package io.github.kqueueffm.testsuite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The README and docs name tests that exist, show code that is there, and link to each other. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("user.dir")).getParent();
  private static final Pattern NAMED = Pattern.compile("\\| `(\\w+Test)(?:\\.(\\w+))?` \\|\\s*$");
  private static final Pattern FRAMEWORK =
      Pattern.compile("(?m)^\\| ([^|]+) \\| ([^|]+) \\| [^|]+ \\| `\\w+Test(?:\\.\\w+)?` \\|$");
  private static final Pattern VERSION = Pattern.compile("\\b\\d+\\.\\d[\\w.-]*");
  private static final Pattern CODE = Pattern.compile("(?ms)^```java\\n(.*?)^```$");

  /** To a file of this project, and perhaps a section. */
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");

  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");

  private static final Pattern XML = Pattern.compile("(?ms)^```xml\\n(.*?)^```$");
  private static final Pattern EXCLUSIONS = Pattern.compile("(?s)<exclusions>.*?</exclusions>");
  private static final Pattern ARTIFACT =
      Pattern.compile("<artifactId>[^<]+</artifactId>(?:\\s*<version>[^<]+</version>)?");

  /** Modules are in the root folder, or in one of its folders. */
  private static final int DEPTH = 3;

  @Test
  void readmeHasAtMost160Lines() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(160);
  }

  @Test
  void readmeLinksToEveryFileOfDocsAndEachLinksBack() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    for (Path document : Documents.all()) {
      if (document.getParent().endsWith("docs")) {
        assertThat(readme).contains("](docs/" + document.getFileName() + ")");
        assertThat(document).content().contains("](../README.md)");
      }
    }
  }

  @Test
  void everyLinkLeadsToAFileAndASectionThatAreThere() throws IOException {
    List<String> broken = new ArrayList<>();
    int checked = 0;
    for (Path document : Documents.all()) {
      for (MatchResult link : LINK.matcher(Files.readString(document)).results().toList()) {
        checked++;
        String file = link.group(1);
        Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
        if (!Files.exists(target)
            || link.group(2) != null && !anchors(target).contains(link.group(2))) {
          broken.add(document.getFileName() + ": " + link.group());
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(checked).isGreaterThan(40);
  }

  @Test
  void classesThatTheDesignNamesAsAWayIntoTheCodeExist() throws IOException {
    String section =
        FENCED
            .matcher(Documents.section(Documents.read("design.md"), "How to read the code"))
            .replaceAll("");
    Sources sources = new Sources();
    List<String> missing = new ArrayList<>();
    List<String> names =
        Sources.names(section).stream()
            .filter(name -> name.matches("[A-Z]\\w+(\\.\\w+)?"))
            .toList();
    for (String name : names) {
      sources.check(name, missing);
    }
    assertThat(missing).isEmpty();
    assertThat(names).hasSizeGreaterThan(10);
  }

  /** Those of the headings, in GitHub's form. */
  private static Set<String> anchors(Path document) throws IOException {
    return Files.readAllLines(document).stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\w -]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @TestFactory
  Stream<DynamicTest> everyTestThatATableNamesExists() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : Documents.lines()) {
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

  @TestFactory
  Stream<DynamicTest> everyFrameworkHasATestAndTheVersionThatIsTested() throws IOException {
    String frameworks = frameworks();
    List<MatchResult> rows = FRAMEWORK.matcher(frameworks).results().toList();
    // Two more are the table's head.
    assertThat(rows).hasSize((int) frameworks.lines().filter(ReadmeTest::isRow).count() - 2);
    String versions = Files.readString(ROOT.resolve("pom.xml"));
    return rows.stream()
        .map(row ->
            DynamicTest.dynamicTest(row.group(1), () -> assertTested(row.group(2), versions)));
  }

  private static boolean isRow(String line) {
    return line.startsWith("|");
  }

  private static void assertTested(String named, String versions) {
    assertThat(VERSION.matcher(named).results().map(MatchResult::group))
        .isNotEmpty()
        .allSatisfy(version -> assertThat(versions).contains(">" + version + "<"));
  }

  @TestFactory
  Stream<DynamicTest> everyLineForAFrameworkIsInAProgramThatIsTested() throws IOException {
    String programs = frameworkSources();
    List<String> lines =
        CODE.matcher(frameworks())
            .results()
            .flatMap(code -> code.group(1).lines())
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("//"))
            .distinct()
            .toList();
    assertThat(lines).isNotEmpty();
    return lines.stream()
        .map(line -> DynamicTest.dynamicTest(line, () -> assertThat(programs).contains(line)));
  }

  /** The blocks are built by ReadmeBuildTest; this says sooner what they lack. */
  @TestFactory
  Stream<DynamicTest> everyArtifactInXmlHasAVersionThatThisBuildHas() throws IOException {
    String documents = String.join("\n", Documents.lines()) + '\n';
    String versions = versions();
    String bom = Files.readString(ROOT.resolve("bom/pom.xml"));
    List<String> artifacts =
        XML.matcher(documents)
            .results()
            .map(block -> EXCLUSIONS.matcher(block.group(1)).replaceAll(""))
            .flatMap(block -> ARTIFACT.matcher(block).results().map(MatchResult::group))
            .toList();
    assertThat(artifacts).hasSizeGreaterThan(5).anyMatch(bom::contains);
    return artifacts.stream()
        // The blocks import the BOM.
        .filter(artifact -> !bom.contains(artifact))
        .map(artifact -> DynamicTest.dynamicTest(artifact, () -> assertTested(artifact, versions)));
  }

  /** Those of the build, and the release that it will be. */
  private static String versions() throws IOException {
    return Files.readString(ROOT.resolve("pom.xml"))
        .replaceFirst("<version>([^<]+)-SNAPSHOT<", "<version>$0<version>$1<");
  }

  private static String frameworks() throws IOException {
    return Documents.section(Documents.read("frameworks.md"), "Frameworks");
  }

  private static String frameworkSources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("testsuite-frameworks/src"))) {
      return files
          .filter(path -> path.toString().endsWith(".java"))
          .map(ReadmeTest::read)
          .collect(Collectors.joining());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertExists(String type, String method) throws IOException {
    List<Path> sources = sources(type + ".java");
    assertThat(sources).as("%s", type).hasSize(1);
    if (method != null) {
      assertThat(read(sources.get(0))).contains("void " + method + "(");
    }
  }

  private static List<Path> sources(String file) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> folders = Files.walk(ROOT, DEPTH)) {
      for (Path tests :
          folders
              .flatMap(folder ->
                  Stream.of(folder.resolve("src/test/java"), folder.resolve("src/real-test/java")))
              .filter(Files::isDirectory)
              .toList()) {
        try (Stream<Path> files = Files.walk(tests)) {
          files.filter(path -> path.getFileName().toString().equals(file)).forEach(found::add);
        }
      }
    }
    return found;
  }
}
