package io.github.kqueueffm.conformance;

import io.github.kqueueffm.conformance.Result.Outcome;
import java.util.List;
import java.util.Locale;

/** Formats the results as a page of text, and as JSON. */
record Report(Subject subject, List<Result> results) {

  boolean isGood() {
    return subject.available() && count(Outcome.FAIL) == 0;
  }

  private long count(Outcome outcome) {
    return results.stream().filter(result -> result.outcome() == outcome).count();
  }

  String text() {
    StringBuilder text = new StringBuilder();
    line(text, "Conformance of transport-kqueue-ffm");
    line(text, "system     " + subject.system());
    line(text, "java       " + subject.java());
    if (!subject.available()) {
      return line(text, "transport  NOT AVAILABLE: " + subject.transport()).toString();
    }
    line(text, "transport  " + subject.transport());
    String group = "";
    for (Result result : results) {
      if (!result.check().group().equals(group)) {
        group = result.check().group();
        line(text, "").append(group).append(System.lineSeparator());
      }
      line(
          text,
          String.format(
              Locale.ROOT,
              "  %-11s  %s: %s",
              result.outcome(),
              result.check().name(),
              oneLine(result.seen())));
    }
    line(text, "");
    return line(text, summary()).toString();
  }

  private String summary() {
    return count(Outcome.PASS)
        + " passed, "
        + count(Outcome.FAIL)
        + " failed, "
        + count(Outcome.NOT_OFFERED)
        + " not offered (the transport does without)";
  }

  private static StringBuilder line(StringBuilder text, String line) {
    return text.append(line).append(System.lineSeparator());
  }

  private static String oneLine(String seen) {
    return seen.replaceAll("\\s+", " ");
  }

  String json() {
    Json json = new Json();
    json.open('{');
    json.field("system", subject.system());
    json.field("java", subject.java());
    json.field("available", subject.available());
    json.field("transport", subject.transport());
    json.field("passed", count(Outcome.PASS));
    json.field("failed", count(Outcome.FAIL));
    json.field("notOffered", count(Outcome.NOT_OFFERED));
    json.name("checks").open('[');
    for (Result result : results) {
      json.open('{');
      json.field("group", result.check().group());
      json.field("name", result.check().name());
      json.field("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
      json.field("seen", result.seen());
      json.field("millis", result.millis());
      json.close('}');
    }
    json.close(']');
    json.close('}');
    return json.toString();
  }
}
