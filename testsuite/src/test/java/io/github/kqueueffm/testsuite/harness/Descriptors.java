package io.github.kqueueffm.testsuite.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The sockets, pipes and event queues that this process has open, from {@code /proc/self/fd}; none
 * where a system has no such folder. Files are left out: the JVM opens jars when it likes.
 */
final class Descriptors {
  private static final Path FOLDER = Path.of("/proc/self/fd");

  private Descriptors() {}

  /** What is open, by descriptor. */
  static Map<Integer, String> open() throws IOException {
    Map<Integer, String> open = new TreeMap<>();
    if (!Files.isDirectory(FOLDER)) {
      return open;
    }
    try (Stream<Path> entries = Files.list(FOLDER)) {
      entries.forEach(entry -> add(open, entry));
    }
    return open;
  }

  private static void add(Map<Integer, String> open, Path entry) {
    try {
      String target = Files.readSymbolicLink(entry).toString();
      if (!target.startsWith("/")) {
        open.put(Integer.valueOf(entry.getFileName().toString()), target);
      }
    } catch (java.nio.file.NoSuchFileException e) {
      // Closed since it was listed.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
