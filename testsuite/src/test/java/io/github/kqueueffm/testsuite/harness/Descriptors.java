package io.github.kqueueffm.testsuite.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The sockets, pipes and event queues that this process has open, from {@code /proc/self/fd}; none
 * where a system has no such folder. Files are left out: the JVM opens jars when it likes.
 */
final class Descriptors {
  private static final Path FOLDER = Path.of("/proc/self/fd");
  private static final Path TABLES_FOLDER = Path.of("/proc/self/net");
  private static final List<String> TABLES = List.of("tcp", "tcp6", "udp", "udp6", "unix");
  private static final String SOCKET = "socket:[";

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

  /**
   * The kernel's line about a socket, with its addresses and state, to find its owner by.
   *
   * @return empty for what is none; one that is neither bound nor connected is in no table
   */
  static String details(String target) {
    if (!target.startsWith(SOCKET)) {
      return "";
    }
    String inode = ' ' + target.substring(SOCKET.length(), target.length() - 1) + ' ';
    StringBuilder details = new StringBuilder();
    for (String table : TABLES) {
      Path path = TABLES_FOLDER.resolve(table);
      try (Stream<String> lines = Files.lines(path)) {
        lines
            .filter(line -> (line + ' ').contains(inode))
            .forEach(line -> details.append(", ").append(table).append(": ").append(line.strip()));
      } catch (IOException | UncheckedIOException notThere) {
        details.append(", no ").append(path);
      }
    }
    return details.isEmpty() ? ", in no table" : details.toString();
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
