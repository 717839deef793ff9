package io.github.kqueueffm.testsuite.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM with this one's class path, bounded in time; for what is decided once per JVM. */
public final class ChildJvm {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  private static final int DUMP_SECONDS = 3;

  private final List<String> command = new ArrayList<>();

  public ChildJvm() {
    command.add(JAVA.toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    // Short-lived, on machines that are busy with it.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
  }

  public ChildJvm property(String name, Object value) {
    return argument("-D" + name + '=' + value);
  }

  /** An option of the JVM. */
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

  /** Runs any command in the same way. */
  public static Result run(List<String> command, long seconds)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("child", ".out");
    Path errors = Files.createTempFile("child", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
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

  /** Has a JVM that hangs print where its threads are: its output is all that is left of it. */
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

  /** What came of it. */
  public record Result(int status, String output, String errors) {
    /** The status of one that was ended because it took too long. */
    public static final int OUT_OF_TIME = -1;
  }
}
