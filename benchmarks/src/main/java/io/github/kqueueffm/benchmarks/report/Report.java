package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes the results so far to results.csv, results.md and index.html. */
public final class Report {
  private static final String CSV = "results.csv";

  private final Path directory;
  private final Heading heading;
  private List<MicroResult> micro = List.of();

  /**
   * @param notes notes for the reader on how it was measured
   */
  public Report(Path directory, int rounds, List<String> notes) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.heading = Heading.today(rounds, notes);
  }

  /** {@return a warning if there are too few rounds, to print before they start} */
  public Optional<String> caution() {
    return heading.caution();
  }

  /** {@return the measurements in results.csv, or an empty list if the file does not exist} */
  public List<Measurement> earlier() throws IOException {
    Path file = directory.resolve(CSV);
    return Files.exists(file) ? Csv.read(file) : List.of();
  }

  /** Takes the results of the JMH benchmarks. */
  public void micro(List<MicroResult> results) {
    micro = results;
  }

  /** Writes all files again. */
  public void write(List<Measurement> measurements) throws IOException {
    Results results = new Results(measurements);
    Files.writeString(directory.resolve(CSV), Csv.of(measurements));
    Files.writeString(
        directory.resolve("results.md"), new Markdown(results, heading, micro).text());
    Files.writeString(directory.resolve("index.html"), new Page(results, heading).text());
  }

  /** {@return the most important table, and the paths of the other results} */
  public String summary(List<Measurement> measurements) {
    return new Markdown(new Results(measurements), heading, micro).summary()
        + "\nAll of it: "
        + directory.resolve("index.html")
        + ", results.md and results.csv beside it";
  }
}
