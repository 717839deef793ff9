package io.github.kqueueffm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.kqueueffm.benchmarks.Measurement;
import io.github.kqueueffm.benchmarks.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final double QUIET = 0.01;
  private static final double LOUD = 0.5;
  private static final String DATA = "const data = ";

  /** In the second round something else ran beside this transport. */
  private static final List<Measurement> ONE_DISTURBED =
      List.of(
          measurement(1, "nio", 10, QUIET),
          measurement(1, "kqueue-ffm", 8, QUIET),
          measurement(2, "kqueue-ffm", 30, LOUD),
          measurement(2, "nio", 10, QUIET));

  @TempDir private Path directory;

  @Test
  void pageAndMarkdownSayTheSameOfTheirMedians() throws Exception {
    write(ONE_DISTURBED, 2);
    assertThat(markdown()).contains(Heading.MEDIANS);
    assertThat(data().get("medians").asText()).isEqualTo(Heading.MEDIANS);
    // And they are: 8, where the median of all is 19.
    assertThat(data().at("/workloads/0/user/1").asDouble()).isEqualTo(4);
    assertThat(markdown()).containsPattern("\\| kqueue-ffm \\| 1000 \\| .* \\| 8 \\| 4 \\| 4 \\|");
  }

  @Test
  void roundsAreReadAgainForMoreToFollow() throws Exception {
    Report report = new Report(directory, 2, List.of());
    assertThat(report.earlier()).isEmpty();
    write(ONE_DISTURBED, 2);
    assertThat(report.earlier()).isEqualTo(ONE_DISTURBED);
  }

  @Test
  void roundsOfAnotherMachineAreRefused() throws Exception {
    write(ONE_DISTURBED, 2);
    Path csv = directory.resolve("results.csv");
    Files.writeString(csv, Files.readString(csv).replace(" processors, ", " processors more, "));
    Report report = new Report(directory, 2, List.of());
    assertThatIllegalStateException()
        .isThrownBy(report::earlier)
        .withMessageContaining("is of another machine")
        .withMessageContaining("-Dbench.resume");
  }

  @Test
  void titleNamesTheProjectAndTheDay() throws Exception {
    write(ONE_DISTURBED, 2);
    String today = LocalDate.now(ZoneOffset.UTC).toString();
    assertThat(page()).contains("<title>transport-kqueue-ffm: benchmark of " + today + "</title>");
    assertThat(markdown()).startsWith("# transport-kqueue-ffm: benchmark of " + today + "\n");
  }

  @Test
  void eachFormSaysWithWhatItWasMeasured() throws Exception {
    write(ONE_DISTURBED, 2);
    JsonNode facts = data().get("facts");
    assertThat(facts.fieldNames())
        .toIterable()
        .containsExactly("date", "machine", "JDK", "Netty", "rounds");
    assertThat(facts.get("Netty").asText()).startsWith("4.2.");
    assertThat(facts.get("JDK").asText()).contains(Runtime.version().toString());
    facts
        .properties()
        .forEach(fact ->
            assertThat(markdown())
                .contains("- " + fact.getKey() + ": " + fact.getValue().asText()));
  }

  @Test
  void disturbedMeasurementsAreMarkedInEachForm() throws Exception {
    String summary = write(ONE_DISTURBED, 2);
    assertThat(summary)
        .contains("1 of 4 measurements were disturbed")
        .contains("0.80 (0.80 to 0.80; 1), not resolved, 1 of 2 disturbed");
    assertThat(markdown())
        .contains("**1 of 4 measurements were disturbed")
        .contains("1 of 2 disturbed")
        .contains("0.80, 3.00 (disturbed)");
    assertThat(data().get("banner").asText()).startsWith("1 of 4 measurements were disturbed");
    assertThat(data().at("/workloads/0/labels/1").asText())
        .isEqualTo("kqueue-ffm\n1 of 2 disturbed");
    JsonNode rounds = data().at("/workloads/0/ratios/0");
    assertThat(rounds.get(0).get("disturbed").asBoolean()).isFalse();
    assertThat(rounds.get(1).get("disturbed").asBoolean()).isTrue();
    assertThat(rounds.get(1).get("value").asDouble()).isEqualTo(3);
  }

  @Test
  void ratiosOfDisturbedRoundsAloneAreShownAndMarked() throws Exception {
    String summary =
        write(List.of(measurement(1, "nio", 10, LOUD), measurement(1, "kqueue-ffm", 20, QUIET)), 1);
    assertThat(summary).contains("2.00 (2.00 to 2.00; 1), not resolved, 1 of 1 disturbed");
  }

  @Test
  void nothingIsMarkedWhereNothingDisturbed() throws Exception {
    String summary =
        write(
            List.of(measurement(1, "nio", 10, QUIET), measurement(1, "kqueue-ffm", 20, QUIET)), 1);
    assertThat(summary).doesNotContain("disturbed");
    assertThat(data().get("banner").isNull()).isTrue();
    assertThat(data().at("/workloads/0/labels/0").asText()).isEqualTo("nio");
  }

  @Test
  void tableHasACaptionInEachForm() throws Exception {
    String caption = "CPU per operation, kqueue-ffm divided by nio; below 1 is less";
    assertThat(write(ONE_DISTURBED, 2)).contains(caption);
    assertThat(markdown()).contains("## " + caption + "\n");
    assertThat(data().get("caption").asText()).isEqualTo(caption);
  }

  @Test
  void tooFewRoundsAreSaidToResolveNothing() throws Exception {
    String caution = "2 rounds cannot resolve a difference, which takes 6";
    assertThat(write(ONE_DISTURBED, 2)).contains(caution);
    assertThat(markdown()).contains(caution);
    assertThat(data().get("caution").asText()).startsWith(caution);
    assertThat(new Report(directory, 2, List.of()).caution().orElseThrow()).startsWith(caution);
    assertThat(new Report(directory, 6, List.of()).caution()).isEmpty();
  }

  private String write(List<Measurement> measurements, int rounds) throws Exception {
    Report report = new Report(directory, rounds, List.of("a note"));
    report.write(measurements);
    return report.summary(measurements);
  }

  private String markdown() {
    try {
      return Files.readString(directory.resolve("results.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String page() throws Exception {
    return Files.readString(directory.resolve("index.html"));
  }

  private JsonNode data() throws Exception {
    String page = page();
    int start = page.indexOf(DATA) + DATA.length();
    return new ObjectMapper().readTree(page.substring(start, page.indexOf(";\n", start)));
  }

  private static Measurement measurement(int round, String transport, double cpu, double noise) {
    double none = Double.NaN;
    return new Measurement(
        round,
        Workload.PP100,
        transport,
        1000,
        20,
        60,
        400,
        cpu,
        cpu / 2,
        cpu / 2,
        0,
        none,
        none,
        none,
        noise);
  }
}
