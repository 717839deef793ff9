package io.github.kqueueffm.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.kqueueffm.conformance.Result.Outcome;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
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
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("system", subject.system());
      json.writeStringField("java", subject.java());
      json.writeBooleanField("available", subject.available());
      json.writeStringField("transport", subject.transport());
      json.writeNumberField("passed", count(Outcome.PASS));
      json.writeNumberField("failed", count(Outcome.FAIL));
      json.writeNumberField("notOffered", count(Outcome.NOT_OFFERED));
      json.writeArrayFieldStart("checks");
      for (Result result : results) {
        write(json, result);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Result result) throws IOException {
    json.writeStartObject();
    json.writeStringField("group", result.check().group());
    json.writeStringField("name", result.check().name());
    json.writeStringField("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
    json.writeStringField("seen", result.seen());
    json.writeNumberField("millis", result.millis());
    json.writeEndObject();
  }
}
