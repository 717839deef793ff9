package io.github.kqueueffm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs another JVM with the class path of this one, or another program, within a time limit. It is
 * for tests of what is decided once per process.
 */
public final class ChildJvm {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  /** The default limit, which is below that of a test method. */
  private static final int SECONDS = 100;

  private static final int DUMP_SECONDS = 3;

  private final List<String> command = new ArrayList<>();

  public ChildJvm() {
    command.add(JAVA.toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    // The JVM is short-lived, and the machine may be busy.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
  }

  public ChildJvm property(String name, Object value) {
    return argument("-D" + name + '=' + value);
  }

  /** Adds an option of the JVM. */
  public ChildJvm argument(String option) {
    command.add(option);
    return this;
  }

  /** Runs a class that has a main method. */
  public Result run(Class<?> program, long seconds, String... arguments)
      throws IOException, InterruptedException {
    command.add("-classpath");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return run(command, seconds);
  }

  /** Runs the java of this JVM with only these arguments. */
  public static Result java(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(JAVA.toString());
    command.addAll(arguments);
    return run(command);
  }

  /** Runs any command in the same way. */
  public static Result run(List<String> command) throws IOException, InterruptedException {
    return run(command, SECONDS);
  }

  /** Runs any command in the same way. */
  public static Result run(List<String> command, long seconds)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("child", ".out");
    Path errors = Files.createTempFile("child", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      // Options that the build gives to its JVMs must not reach this one.
      builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
      Process process = builder.start();
      try {
        process.getOutputStream().close();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended) {
          dumpThreads(process);
        }
        return new Result(
            ended ? process.exitValue() : Result.OUT_OF_TIME, read(output), read(errors));
      } finally {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        process.getInputStream().close();
        process.getErrorStream().close();
      }
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  /** Makes a JVM that hangs print the stacks of its threads to its output. */
  private static void dumpThreads(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid()))
        .inheritIO()
        .start()
        .waitFor(10, TimeUnit.SECONDS);
    process.waitFor(DUMP_SECONDS, TimeUnit.SECONDS);
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /** The result of a program. */
  public record Result(int status, String output, String errors) {
    /** The status of a program that was killed because it took too long. */
    public static final int OUT_OF_TIME = -1;

    /** Fails if the program was killed. */
    public Result hasEnded() {
      assertThat(status).as("out of time: %s", this).isNotEqualTo(OUT_OF_TIME);
      return this;
    }

    /** Fails if the status is not 0. */
    public Result isSuccess() {
      hasEnded();
      assertThat(status).as("%s%n%s", output, errors).isZero();
      return this;
    }

    /** {@return standard output followed by standard error} */
    public String all() {
      return output + errors;
    }
  }
}
