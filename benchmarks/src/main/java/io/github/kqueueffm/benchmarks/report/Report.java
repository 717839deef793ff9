package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes what was measured so far: results.csv, results.md and index.html. */
public final class Report {
  private final Path directory;
  private final Heading heading;
  private List<MicroResult> micro = List.of();

  /**
   * @param notes what a reader should know of how it was measured
   */
  public Report(Path directory, int rounds, List<String> notes) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.heading = Heading.today(rounds, notes);
  }

  /** What these rounds cannot say, to be said before they take their time. */
  public Optional<String> caution() {
    return heading.caution();
  }

  /** Takes the results of the JMH benchmarks. */
  public void micro(List<MicroResult> results) {
    micro = results;
  }

  /** Writes everything anew. */
  public void write(List<Measurement> measurements) throws IOException {
    Results results = new Results(measurements);
    Files.writeString(directory.resolve("results.csv"), Csv.of(measurements));
    Files.writeString(
        directory.resolve("results.md"), new Markdown(results, heading, micro).text());
    Files.writeString(directory.resolve("index.html"), new Page(results, heading).text());
  }

  /** The most important table, and where the rest is. */
  public String summary(List<Measurement> measurements) {
    return new Markdown(new Results(measurements), heading, micro).summary()
        + "\nAll of it: "
        + directory.resolve("index.html")
        + ", results.md and results.csv beside it";
  }
}
