package io.github.kqueueffm.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * CPU time of a process, without that of the JIT compiler's threads, whose work belongs to the
 * warm-up of the JVM and not to a transport.
 *
 * @param nanos the CPU time
 * @param userShare the share of user code, from 0 to 1; NaN if the system does not report it
 */
record CpuTime(double nanos, double userShare) {
  private static final Path PROC = Path.of("/proc");
  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;
  private static final String COMPILER = "CompilerThre";

  static CpuTime of(ProcessHandle process) throws IOException {
    Path tasks = PROC.resolve(process.pid() + "/task");
    if (!Files.isDirectory(tasks)) {
      return new CpuTime(
          process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos(), Double.NaN);
    }
    double nanos = 0;
    double user = 0;
    double system = 0;
    for (ThreadTime thread : threads(tasks)) {
      if (!thread.isCompiler()) {
        nanos += thread.nanos;
        user += thread.userTicks;
        system += thread.systemTicks;
      }
    }
    return new CpuTime(nanos, user / Math.max(1, user + system));
  }

  /**
   * {@return the CPU time of the JIT compiler's live threads, or 0 if the system does not report
   * it}
   */
  static double ofCompilers(ProcessHandle process) throws IOException {
    Path tasks = PROC.resolve(process.pid() + "/task");
    if (!Files.isDirectory(tasks)) {
      return 0;
    }
    return threads(tasks).stream()
        .filter(ThreadTime::isCompiler)
        .mapToDouble(ThreadTime::nanos)
        .sum();
  }

  private record ThreadTime(String stat, double nanos, double userTicks, double systemTicks) {
    boolean isCompiler() {
      return stat.contains(COMPILER);
    }
  }

  private static List<ThreadTime> threads(Path tasks) throws IOException {
    List<ThreadTime> threads = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
      for (Path thread : all) {
        try {
          threads.add(thread(thread));
        } catch (IOException e) {
          // "No such file" or "no such process": the thread has ended meanwhile.
          if (Files.exists(thread)) {
            throw e;
          }
        }
      }
    }
    return threads;
  }

  private static ThreadTime thread(Path thread) throws IOException {
    String stat = read(thread.resolve("stat"));
    String[] fields = fields(stat);
    return new ThreadTime(
        stat,
        Double.parseDouble(read(thread.resolve("schedstat")).split(" ")[0]),
        Double.parseDouble(fields[USER_TICKS]),
        Double.parseDouble(fields[SYSTEM_TICKS]));
  }

  /** {@return the ticks of a whole process, to compare with those of the machine} */
  static double ticks(long pid) throws IOException {
    String[] fields = fields(read(PROC.resolve(pid + "/stat")));
    return Double.parseDouble(fields[USER_TICKS]) + Double.parseDouble(fields[SYSTEM_TICKS]);
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  /** {@return the fields after the name, which may contain blanks and parentheses} */
  private static String[] fields(String stat) {
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
  }

  double userNanos() {
    return nanos * userShare;
  }

  double systemNanos() {
    return nanos * (1 - userShare);
  }
}
