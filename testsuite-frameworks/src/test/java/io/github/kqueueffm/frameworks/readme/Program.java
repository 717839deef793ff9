package io.github.kqueueffm.frameworks.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program that runs until it is closed, and writes both of its outputs to one file. */
final class Program implements AutoCloseable {
  private static final long SECONDS = 60;
  private static final long POLL_MILLIS = 20;

  private final Process process;
  private final Path output;

  Program(Path output, List<String> command) throws IOException {
    this.output = output;
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    process = builder.start();
  }

  /** {@return the first group of the pattern's first match in the output} */
  String await(String pattern) throws IOException, InterruptedException {
    Pattern compiled = Pattern.compile(pattern);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end && process.isAlive()) {
      Matcher matcher = compiled.matcher(output());
      if (matcher.find()) {
        return matcher.group(1);
      }
      process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
    }
    throw new IOException("no \"" + pattern + "\" in:\n" + output());
  }

  long pid() {
    return process.pid();
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(10, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
