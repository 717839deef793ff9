package io.github.kqueueffm.doctor;

import io.github.kqueueffm.doctor.Fact.Level;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What the doctor has found: facts by name, in sections. */
final class Report {
  /** The exit status that says so. */
  static final int NOT_USABLE = 2;

  private final Map<String, Map<String, Fact>> sections = new LinkedHashMap<>();

  /** Adds a fact. A section keeps the order of its facts, and has each name once. */
  void add(String section, String name, Fact fact) {
    Fact before = sections.computeIfAbsent(section, s -> new LinkedHashMap<>()).put(name, fact);
    if (before != null) {
      throw new IllegalStateException(section + " has " + name + " twice");
    }
  }

  /** {@return the fact of that name, or {@code null}} */
  Fact get(String section, String name) {
    return sections.getOrDefault(section, Map.of()).get(name);
  }

  /** {@return 0 if the transport is usable, 1 if it is usable with advice, 2 if it is not} */
  int status() {
    int status = 0;
    for (Map<String, Fact> section : sections.values()) {
      for (Fact fact : section.values()) {
        status = Math.max(status, status(fact.level()));
      }
    }
    return status;
  }

  private static int status(Level level) {
    return switch (level) {
      case OK, NOTE -> 0;
      case ADVICE -> 1;
      case PROBLEM -> NOT_USABLE;
    };
  }

  private String verdict() {
    return switch (status()) {
      case 0 -> "usable";
      case 1 -> "usable with advice";
      default -> "not usable";
    };
  }

  /** {@return the report for people} */
  String text() {
    StringBuilder text = new StringBuilder("transport-kqueue-ffm: ").append(verdict());
    sections.forEach((section, facts) -> {
      text.append("\n\n").append(section);
      facts.forEach((name, fact) -> append(text, name, fact));
    });
    return text.append('\n').toString();
  }

  private static void append(StringBuilder text, String name, Fact fact) {
    text.append("\n  ").append(name).append(": ").append(fact.value());
    if (!fact.from().isEmpty()) {
      text.append("  [").append(fact.from()).append(']');
    }
    if (fact.text() != null) {
      text.append("\n    ").append(lower(fact.level())).append(": ").append(fact.text());
    }
  }

  private static String lower(Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }

  /** {@return the report for tools: one JSON object in ASCII} */
  String json() {
    Json json = new Json();
    json.begin().member("status", status()).member("verdict", verdict());
    sections.forEach((section, facts) -> {
      json.key(section).begin();
      facts.forEach((name, fact) -> append(json, name, fact));
      json.end();
    });
    return json.end().toString();
  }

  private static void append(Json json, String name, Fact fact) {
    json.key(name).begin().member("value", fact.value()).member("from", fact.from());
    json.member("level", lower(fact.level()));
    if (fact.text() != null) {
      json.member("text", fact.text());
    }
    json.end();
  }
}
