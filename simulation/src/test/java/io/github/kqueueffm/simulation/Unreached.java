package io.github.kqueueffm.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What no conversation can meet, and why: the resource {@code unreached.tsv} beside this class. A
 * line has the name of a quirk or errno, the systems or {@code all}, and the reason.
 */
final class Unreached {
  private static final Set<String> ROWS = load();

  private Unreached() {}

  static boolean has(String name, SimulatedSystem system) {
    return ROWS.contains(name + "@all") || ROWS.contains(name + "@" + system);
  }

  private static Set<String> load() {
    Set<String> rows = new HashSet<>();
    try (InputStream file = Unreached.class.getResourceAsStream("unreached.tsv")) {
      new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> List.of(line.split("\t", -1)))
          .forEach(fields -> {
            for (String system : fields.get(1).split(" ", -1)) {
              rows.add(fields.get(0) + "@" + system);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
