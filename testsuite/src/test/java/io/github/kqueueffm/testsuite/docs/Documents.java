package io.github.kqueueffm.testsuite.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The documents of this project. */
final class Documents {
  private Documents() {}

  /** The README first, then the files of docs by name, then the other documents of the root. */
  static List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>(List.of(Sources.ROOT.resolve("README.md")));
    all.addAll(markdown(Sources.ROOT.resolve("docs")));
    markdown(Sources.ROOT).stream().filter(file -> !all.contains(file)).forEach(all::add);
    return all;
  }

  /** The lines of the README and of all files of docs. */
  static List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : all()) {
      if (isForUsers(file)) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    return lines;
  }

  private static boolean isForUsers(Path file) {
    return file.endsWith("README.md") || file.getParent().endsWith("docs");
  }

  /** One file of docs. */
  static String read(String name) throws IOException {
    return Files.readString(Sources.ROOT.resolve("docs").resolve(name));
  }

  /** A section of the second level, with its heading. */
  static String section(String document, String title) {
    int start = document.indexOf("\n## " + title + "\n");
    if (start < 0) {
      throw new IllegalArgumentException("no section " + title);
    }
    int end = document.indexOf("\n## ", start + 1);
    return end < 0 ? document.substring(start) : document.substring(start, end);
  }

  private static List<Path> markdown(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
  }
}
