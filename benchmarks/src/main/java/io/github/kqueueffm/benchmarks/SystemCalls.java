package io.github.kqueueffm.benchmarks;

import io.github.kqueueffm.benchmarks.client.Load;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Counts the system calls of a server with perf if that is permitted, else with strace. */
enum SystemCalls {
  PERF("perf stat: counted in a separate second; exact to about 2 %"),
  STRACE("strace -c: counted while strace slows the server down; exact to about 10 %"),
  NONE("not counted: neither perf nor strace works here");

  private static final String EVENT = "raw_syscalls:sys_enter";
  private static final String SECONDS = "1";
  private static final long SECONDS_TO_END = 10;

  private final String explanation;

  SystemCalls(String explanation) {
    this.explanation = explanation;
  }

  String explanation() {
    return explanation;
  }

  static SystemCalls find() throws InterruptedException {
    if (works(List.of("perf", "stat", "-e", EVENT, "true"))) {
      return PERF;
    }
    return works(List.of("strace", "-c", "true")) ? STRACE : NONE;
  }

  private static boolean works(List<String> command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException notThere) {
      return false;
    }
  }

  /** {@return the system calls per operation of the load, or NaN if they cannot be counted} */
  double perOperation(ServerProcess server, Load load) throws IOException, InterruptedException {
    String pid = Long.toString(server.handle().pid());
    return switch (this) {
      case PERF -> {
        long start = System.nanoTime();
        long before = load.operations();
        String report =
            run(List.of("perf", "stat", "-x,", "-e", EVENT, "-p", pid, "--", "sleep", SECONDS));
        double perSecond = (load.operations() - before) * 1e9 / (System.nanoTime() - start);
        yield number(report, EVENT, ",", 0) / Integer.parseInt(SECONDS) / perSecond;
      }
      case STRACE -> {
        long before = load.operations();
        String report =
            run(List.of("timeout", "-s", "INT", SECONDS, "strace", "-c", "-f", "-p", pid));
        yield number(report, " total", " +", 3) / (load.operations() - before);
      }
      case NONE -> Double.NaN;
    };
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    // Otherwise reading its output might never end.
    process
        .onExit()
        .orTimeout(SECONDS_TO_END, TimeUnit.SECONDS)
        .exceptionally(late -> {
          process.destroyForcibly();
          return process;
        });
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  private static double number(String report, String inLine, String separator, int field) {
    return report
        .lines()
        .filter(line -> line.contains(inLine))
        .mapToDouble(line -> Double.parseDouble(line.strip().split(separator)[field]))
        .findFirst()
        .orElse(Double.NaN);
  }
}
