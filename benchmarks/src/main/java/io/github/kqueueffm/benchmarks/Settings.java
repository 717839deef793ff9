package io.github.kqueueffm.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What to measure, from system properties. An empty property counts as unset.
 *
 * <ul>
 *   <li>{@code bench.quick}: four workloads, three transports, in under three minutes
 *   <li>{@code bench.workloads}, {@code bench.transports}: names, separated by commas
 *   <li>{@code bench.rounds}: the number of measurements of each
 *   <li>{@code bench.warmup}, {@code bench.window}: the milliseconds before a measurement and of it
 *   <li>{@code bench.longestWarmup}: the milliseconds after which a warm-up no longer waits for the
 *       JIT compilers
 *   <li>{@code bench.retries}: how often a measurement is repeated if other load disturbed it
 *   <li>{@code bench.jmh}: whether the JMH benchmarks run too
 *   <li>{@code bench.serverArgs}: further arguments for the JVMs of the servers
 *   <li>{@code bench.resume}: whether the rounds follow those of the results.csv that is there, of
 *       the same machine, so that they need not fit into one sitting
 *   <li>{@code bench.output}: the directory for the results
 * </ul>
 */
record Settings(
    List<Workload> workloads,
    List<String> transports,
    int rounds,
    long warmupMillis,
    long longestWarmupMillis,
    long windowMillis,
    int retries,
    boolean jmh,
    boolean resume,
    List<String> serverArguments,
    Path output) {

  static Settings fromProperties() {
    boolean quick = Boolean.parseBoolean(text("quick", "false"));
    return new Settings(
        workloads(text("workloads", quick ? "rtt1,pp100,pipe16,churn" : all())),
        names(text("transports", quick ? "nio,epoll,kqueue-ffm" : String.join(",", Peer.NAMES))),
        number("rounds", quick ? 2 : 5),
        number("warmup", quick ? 1_500 : 2_500),
        number("longestWarmup", quick ? 3_500 : 10_500),
        number("window", quick ? 1_000 : 2_000),
        number("retries", quick ? 0 : 2),
        Boolean.parseBoolean(text("jmh", quick ? "false" : "true")),
        Boolean.parseBoolean(text("resume", "false")),
        words(text("serverArgs", "")),
        Path.of(text("output", "target/bench")).toAbsolutePath().normalize());
  }

  private static String all() {
    return String.join(",", Arrays.stream(Workload.values()).map(Workload::id).toList());
  }

  private static List<Workload> workloads(String ids) {
    return names(ids).stream().map(Workload::of).toList();
  }

  private static List<String> names(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).toList();
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(" ")).filter(word -> !word.isEmpty()).toList();
  }

  private static int number(String name, int otherwise) {
    return Integer.parseInt(text(name, Integer.toString(otherwise)));
  }

  private static String text(String name, String otherwise) {
    String value = System.getProperty("bench." + name, "").strip();
    return value.isEmpty() ? otherwise : value;
  }
}
