package io.github.kqueueffm.testsuite.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All files of all modules by name, to look up what a document names. */
final class Sources {
  static final Path ROOT = Path.of("..");

  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private final Map<String, List<Path>> files = new HashMap<>();

  Sources() throws IOException {
    for (String module : List.of("transport-kqueue-ffm", "conformance", "testsuite")) {
      try (Stream<Path> found = Files.walk(ROOT.resolve(module).resolve("src"))) {
        found
            .filter(Files::isRegularFile)
            .forEach(file ->
                files
                    .computeIfAbsent(file.getFileName().toString(), name -> new ArrayList<>())
                    .add(file));
      }
    }
  }

  /** What a cell of a table writes as code. */
  static List<String> names(String cell) {
    return CODE.matcher(cell).results().map(match -> match.group(1)).toList();
  }

  /** Adds to {@code missing} unless there is that platform file, class, or class with a method. */
  void check(String name, List<String> missing) throws IOException {
    boolean file = name.endsWith(".platform");
    String[] parts = file ? new String[] {name} : name.split("\\.");
    List<Path> found = files.getOrDefault(file ? name : parts[0] + ".java", List.of());
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
}
