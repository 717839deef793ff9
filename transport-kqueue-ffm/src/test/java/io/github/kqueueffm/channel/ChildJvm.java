package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program in a JVM of its own, for what flags and properties decide once per process. */
final class ChildJvm {
  private static final int TIMEOUT_SECONDS = 60;

  /**
   * @param output standard output and error
   */
  record Result(int status, String output) {

    Result isSuccess() {
      assertThat(status).as(output).isZero();
      return this;
    }
  }

  private ChildJvm() {}

  /** Runs the availability probe from this JVM's class path. */
  static Result probe(String... flags) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(flags));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    arguments.add(AvailabilityProbe.class.getName());
    return run(arguments);
  }

  static Result run(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    return runCommand(command);
  }

  static Result runCommand(List<String> command) throws Exception {
    Path output = Files.createTempFile("child", ".txt");
    try {
      return run(command, output.toFile());
    } finally {
      Files.delete(output);
    }
  }

  private static Result run(List<String> command, File output)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
    // What the build gives its own JVMs must not reach this one.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    Process process = builder.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(output.toPath(), StandardCharsets.UTF_8);
    assertThat(ended).as("ended within %s s: %s", TIMEOUT_SECONDS, text).isTrue();
    return new Result(process.exitValue(), text);
  }
}
