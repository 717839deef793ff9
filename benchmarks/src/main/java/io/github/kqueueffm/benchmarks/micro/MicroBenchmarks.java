package io.github.kqueueffm.benchmarks.micro;

import io.github.kqueueffm.benchmarks.report.MicroResult;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs all JMH benchmarks of this module with the profiler of allocations. */
public final class MicroBenchmarks {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private MicroBenchmarks() {}

  /**
   * Runs the benchmarks and returns their results, which are also in {@code jmh.json}. The output
   * of JMH is in {@code jmh.txt}.
   */
  public static List<MicroResult> run(Path directory) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include("io\\.github\\.kqueueffm\\..*Benchmark\\.")
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(2)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.milliseconds(500))
            .addProfiler(GCProfiler.class)
            .jvmArgs("--enable-native-access=ALL-UNNAMED")
            .output(directory.resolve("jmh.txt").toString())
            .resultFormat(ResultFormatType.JSON)
            .result(directory.resolve("jmh.json").toString())
            .shouldFailOnError(true)
            .build();
    Collection<RunResult> results = new Runner(options).run();
    return results.stream().map(MicroBenchmarks::result).toList();
  }

  private static String parameters(BenchmarkParams params) {
    return params.getParamsKeys().stream()
        .map(key -> ", " + params.getParam(key) + " " + key)
        .collect(Collectors.joining());
  }

  private static MicroResult result(RunResult run) {
    Result<?> time = run.getPrimaryResult();
    String benchmark = run.getParams().getBenchmark();
    return new MicroResult(
        benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1)
            + parameters(run.getParams()),
        time.getScore(),
        time.getScoreError(),
        run.getSecondaryResults().get(ALLOCATED).getScore());
  }
}
