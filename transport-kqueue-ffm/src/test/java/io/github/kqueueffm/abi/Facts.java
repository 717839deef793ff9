package io.github.kqueueffm.abi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The table of facts, whose rows come from the systems' own headers. */
public final class Facts {
  /** One row: what a platform's headers say of a name. */
  public record Fact(String platform, String kind, String name, String value) {
    public long number() {
      return Long.decode(value);
    }
  }

  private static final List<Fact> ALL = load();

  private static final Map<String, Facts> BY_PLATFORM =
      ALL.stream()
          .collect(
              Collectors.groupingBy(
                  Fact::platform,
                  TreeMap::new,
                  Collectors.collectingAndThen(Collectors.toList(), Facts::new)));

  private final Map<String, Fact> facts;

  private Facts(List<Fact> facts) {
    this.facts =
        facts.stream()
            .collect(Collectors.toMap(fact -> fact.kind() + ' ' + fact.name(), fact -> fact));
  }

  public static Set<String> platforms() {
    return BY_PLATFORM.keySet();
  }

  public static Facts of(String platform) {
    return BY_PLATFORM.get(platform);
  }

  /** The fact of that kind about that name, or {@code null}. */
  public Fact get(String kind, String name) {
    return facts.get(kind + ' ' + name);
  }

  public List<Fact> ofKind(String kind) {
    return facts.values().stream().filter(fact -> fact.kind().equals(kind)).toList();
  }

  private static List<Fact> load() {
    try (InputStream in = Facts.class.getResourceAsStream("facts.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .map(cells -> new Fact(cells[0], cells[1], cells[2], cells[3]))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
