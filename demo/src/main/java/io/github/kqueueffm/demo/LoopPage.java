package io.github.kqueueffm.demo;

import io.github.kqueueffm.channel.KQueueFfmLoopCounters;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.StringJoiner;

/** A page that shows the counters of the event loops as they change, and the numbers behind it. */
final class LoopPage {
  private static final String WEBJAR = "/META-INF/maven/org.webjars.npm/echarts/pom.properties";
  private static final String CHARTS = "/META-INF/resources/webjars/echarts/";

  private LoopPage() {}

  /** Loaded with the first request. */
  private static final class Page {
    static final byte[] HTML = text().getBytes(StandardCharsets.UTF_8);

    private static String text() {
      try {
        Properties webjar = new Properties();
        try (InputStream properties = open(WEBJAR)) {
          webjar.load(properties);
        }
        return read("loops.html")
            .replace(
                "@charts@",
                read(CHARTS + webjar.getProperty("version") + "/dist/echarts.common.min.js"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static InputStream open(String resource) throws IOException {
      InputStream stream = LoopPage.class.getResourceAsStream(resource);
      if (stream == null) {
        throw new IOException("no resource " + resource);
      }
      return stream;
    }

    private static String read(String resource) throws IOException {
      try (InputStream stream = open(resource)) {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  /** {@return the page, which includes the library for its charts} */
  static byte[] html() {
    return Page.HTML;
  }

  /** {@return the counters of all loops that have started, as JSON} */
  static String json() {
    return json(KQueueFfmLoopCounters.all());
  }

  static String json(List<KQueueFfmLoopCounters> all) {
    StringJoiner loops = new StringJoiner(",", "[", "]");
    for (KQueueFfmLoopCounters loop : all) {
      if (!loop.name().isEmpty()) {
        loops.add(json(loop));
      }
    }
    return loops.toString();
  }

  private static String json(KQueueFfmLoopCounters loop) {
    StringJoiner members = new StringJoiner(",", "{", "}");
    members.add("\"name\":\"" + escaped(loop.name()) + '"');
    add(members, "turns", loop.turns());
    add(members, "keventCalls", loop.keventCalls());
    add(members, "events", loop.events());
    add(members, "changes", loop.changes());
    add(members, "wakeupsSent", loop.wakeupsSent());
    add(members, "wakeupsSaved", loop.wakeupsSaved());
    add(members, "waitingNanos", loop.waitingNanos());
    add(members, "activeNanos", loop.activeNanos());
    add(members, "connectionsOpen", loop.connectionsOpen());
    add(members, "connectionsAccepted", loop.connectionsAccepted());
    add(members, "connectionsConnected", loop.connectionsConnected());
    add(members, "connectsFailed", loop.connectsFailed());
    add(members, "acceptsFailed", loop.acceptsFailed());
    add(members, "bytesIn", loop.bytesIn());
    add(members, "bytesOut", loop.bytesOut());
    add(members, "messagesIn", loop.messagesIn());
    add(members, "messagesOut", loop.messagesOut());
    add(members, "eagains", loop.eagains());
    add(members, "shortWrites", loop.shortWrites());
    return members.toString();
  }

  private static void add(StringJoiner members, String name, long value) {
    members.add('"' + name + "\":" + value);
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c < ' ') {
        escaped.append("\\u%04x".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
