package io.github.kqueueffm.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.kqueueffm.benchmarks.Measurement;
import io.github.kqueueffm.benchmarks.Workload;
import io.github.kqueueffm.benchmarks.server.ServerTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.function.ToDoubleFunction;

/** Formats the results as charts, in one file that includes the library for them. */
final class Page {
  private static final String WEBJAR = "/META-INF/maven/org.webjars.npm/echarts/pom.properties";
  private static final String CHARTS = "/META-INF/resources/webjars/echarts/";

  private final ObjectMapper mapper = new ObjectMapper();
  private final Results results;
  private final Heading heading;

  Page(Results results, Heading heading) {
    this.results = results;
    this.heading = heading;
  }

  String text() throws IOException {
    Properties webjar = new Properties();
    try (InputStream properties = open(WEBJAR)) {
      webjar.load(properties);
    }
    return read("page.html")
        .replace("@title@", heading.title())
        .replace(
            "@charts@",
            read(CHARTS + webjar.getProperty("version") + "/dist/echarts.common.min.js"))
        .replace("@data@", mapper.writeValueAsString(data()).replace("</", "<\\/"));
  }

  private ObjectNode data() {
    ObjectNode data = mapper.createObjectNode();
    data.put("own", ServerTransport.KQUEUE_FFM);
    ArrayNode transports = data.putArray("transports");
    results.transports().forEach(transports::add);
    ArrayNode lines = data.putArray("notes");
    heading.notes().forEach(lines::add);
    ObjectNode facts = data.putObject("facts");
    heading.facts().forEach(facts::put);
    data.put("medians", Heading.MEDIANS);
    data.put("caption", Heading.caption(results.others()));
    data.put("caution", heading.caution().orElse(null));
    data.put("banner", Heading.banner(results).orElse(null));
    ArrayNode workloads = data.putArray("workloads");
    results.workloads().forEach(workload -> workloads.add(workload(workload)));
    return data;
  }

  private ObjectNode workload(Workload workload) {
    ObjectNode node = mapper.createObjectNode();
    node.put("id", workload.id());
    node.put("description", workload.description());
    ArrayNode labels = node.putArray("labels");
    results.transports().forEach(transport -> labels.add(label(workload, transport)));
    medians(node.putArray("user"), workload, Measurement::userMicros);
    medians(node.putArray("system"), workload, Measurement::systemMicros);
    medians(node.putArray("operations"), workload, Measurement::operationsPerSecond);
    medians(node.putArray("p50"), workload, Measurement::p50);
    medians(node.putArray("p99"), workload, Measurement::p99);
    medians(node.putArray("p999"), workload, Measurement::p999);
    medians(node.putArray("allocated"), workload, Measurement::allocatedBytes);
    ArrayNode ratios = node.putArray("ratios");
    for (String transport : results.transports()) {
      ArrayNode rounds = ratios.addArray();
      for (Results.Ratio ratio :
          results.ratios(workload, ServerTransport.KQUEUE_FFM, transport, Measurement::cpuMicros)) {
        rounds.addObject().put("value", ratio.value()).put("disturbed", ratio.isDisturbed());
      }
    }
    return node;
  }

  /** {@return the label of a bar, with the number of its disturbed measurements} */
  private String label(Workload workload, String transport) {
    long disturbed = results.disturbed(workload, transport);
    return disturbed == 0
        ? transport
        : "%s\n%d of %d disturbed"
            .formatted(transport, disturbed, results.of(workload, transport).size());
  }

  private void medians(ArrayNode values, Workload workload, ToDoubleFunction<Measurement> value) {
    for (String transport : results.transports()) {
      double median = results.statistics(workload, transport, value).median();
      if (Double.isNaN(median)) {
        values.addNull();
      } else {
        values.add(median);
      }
    }
  }

  private static InputStream open(String resource) {
    InputStream stream = Page.class.getResourceAsStream(resource);
    if (stream == null) {
      throw new UncheckedIOException(new IOException("no resource " + resource));
    }
    return stream;
  }

  private static String read(String resource) throws IOException {
    try (InputStream stream = open(resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
