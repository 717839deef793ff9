package io.github.kqueueffm.testsuite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of properties has every one that the code reads, and documents name no other. */
class PropertiesTest {
  /** What a user runs with; the programs beside it have their properties in CONTRIBUTING.md. */
  private static final List<String> MODULES =
      List.of(
          "transport-kqueue-ffm",
          "integrations/reactor-netty",
          "integrations/vertx",
          "integrations/micronaut",
          "integrations/micrometer",
          "integrations/grpc",
          "integrations/netty-kqueue-over-ffm");

  /** Properties that the JVM itself sets. */
  private static final Set<String> FACTS =
      Set.of(
          "os.name",
          "os.arch",
          "os.version",
          "java.version",
          "java.vendor",
          "java.class.path",
          "sun.java.command",
          "sun.jnu.encoding");

  /** What other programs read: Maven and its plugins, Armeria, reactor-netty. */
  private static final Set<String> OF_OTHERS =
      Set.of(
          "test",
          "skipTests",
          "surefire.failIfNoSpecifiedTests",
          "com.linecorp.armeria.transportType",
          "io.netty.allocator.type",
          "reactor.netty.native");

  private static final Pattern READ =
      Pattern.compile(
          "(?:System\\s*\\.getProperty|(?:Boolean\\.|SystemPropertyUtil\\.)getBoolean|getInteger|Long\\.getLong|SystemPropertyUtil\\.get\\w*|\\b(?<!String"
              + " )property)\\(\\s*(\"[^\"]+\"|\\w+)");
  private static final Pattern CONSTANT =
      Pattern.compile("String (\\w+) =\\s*\"([a-z][\\w.-]*\\.\\w+)\"");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `-D([\\w.]+)[^|]*\\| [^|]+ \\|$");
  private static final Pattern NAMED = Pattern.compile("(?<![\\w-])-D([A-Za-z][\\w.]*\\w)");

  @Test
  void tableHasEveryPropertyThatTheCodeReadsAndNoOther() throws IOException {
    assertThat(table()).containsExactlyInAnyOrderElementsOf(read());
  }

  @Test
  void everyPropertyThatADocumentNamesIsReadSomewhere() throws IOException {
    String sources = sources();
    Map<String, String> unknown = new TreeMap<>();
    Set<String> known = new TreeSet<>();
    for (Path document : Documents.all()) {
      for (MatchResult named : NAMED.matcher(Files.readString(document)).results().toList()) {
        String name = named.group(1);
        if (OF_OTHERS.contains(name) || isRead(name, sources)) {
          known.add(name);
        } else {
          unknown.put(name, document.toString());
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(known).hasSizeGreaterThan(15);
  }

  @Test
  void everyPropertyOfTheTransportIsKnownToTheWarning() throws IOException {
    String ours = "io.github.kqueueffm.";
    String warner =
        Files.readString(
            Sources.ROOT.resolve(
                "transport-kqueue-ffm/src/main/java/io/github/kqueueffm/channel/KQueueFfm.java"));
    assertThat(read())
        .filteredOn(name -> name.startsWith(ours))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(warner).contains('"' + name.substring(ours.length()) + '"'));
  }

  /** Whether it is in the code or in a pom, or, as {@code bench.rounds}, put together there. */
  private static boolean isRead(String name, String sources) {
    int dot = name.lastIndexOf('.');
    return sources.contains('"' + name + '"')
        || sources.contains('<' + name + '>')
        || sources.contains("${" + name + '}')
        || sources.contains('"' + name.substring(0, dot + 1) + '"')
            && sources.contains('"' + name.substring(dot + 1) + '"');
  }

  private static Set<String> table() throws IOException {
    return ROW.matcher(Documents.section(Documents.read("systems.md"), "Properties"))
        .results()
        .map(row -> row.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> read() throws IOException {
    Map<String, String> read = new TreeMap<>();
    for (String module : MODULES) {
      for (Path file : files(Sources.ROOT.resolve(module).resolve("src/main/java"), ".java")) {
        String code = Files.readString(file);
        Map<String, String> constants = constants(code);
        Matcher call = READ.matcher(code);
        while (call.find()) {
          String argument = call.group(1);
          String name =
              argument.startsWith("\"")
                  ? argument.substring(1, argument.length() - 1)
                  : constants.get(argument);
          // The method that others call has its name from them.
          if (name != null || !argument.equals("name")) {
            assertThat(name).as("%s in %s", argument, file).isNotNull();
            read.put(name, file.toString());
          }
        }
      }
    }
    read.keySet().removeAll(FACTS);
    return read.keySet();
  }

  private static Map<String, String> constants(String code) {
    Map<String, String> constants = new HashMap<>();
    CONSTANT.matcher(code).results().forEach(one -> constants.put(one.group(1), one.group(2)));
    return constants;
  }

  /** The code of all modules, and their poms. */
  private static String sources() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String end : List.of(".java", "pom.xml")) {
      for (Path file : files(Sources.ROOT, end)) {
        all.append(Files.readString(file)).append('\n');
      }
    }
    return all.toString();
  }

  private static List<Path> files(Path folder, String end) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found
          .filter(file -> file.toString().endsWith(end) && Files.isRegularFile(file))
          .filter(file -> !file.getFileName().toString().equals("PropertiesTest.java"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }
}
