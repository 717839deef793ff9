package io.github.kqueueffm.conformance;

import io.github.kqueueffm.conformance.Result.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs checks one after another. A check that fails or hangs does not prevent the next from
 * running.
 */
final class Runner {
  private static final int SECONDS = 20;

  private Runner() {}

  static List<Result> run(List<Check> checks) throws InterruptedException {
    List<Result> results = new ArrayList<>();
    for (Check check : checks) {
      results.add(run(check));
    }
    return results;
  }

  private static Result run(Check check) throws InterruptedException {
    FutureTask<String> task = new FutureTask<>(() -> inBench(check));
    long start = System.nanoTime();
    // Each check has a separate thread, which is abandoned if a system call never returns.
    Thread thread = new Thread(task, "check " + check.name());
    thread.setDaemon(true);
    thread.start();
    try {
      return result(check, Outcome.PASS, task.get(SECONDS, TimeUnit.SECONDS), start);
    } catch (TimeoutException e) {
      thread.interrupt();
      return result(check, Outcome.FAIL, "not finished within " + SECONDS + " s", start);
    } catch (ExecutionException e) {
      return failed(check, e.getCause(), start);
    }
  }

  private static String inBench(Check check) throws Exception {
    try (Bench bench = Bench.open()) {
      return check.body().run(bench);
    }
  }

  private static Result failed(Check check, Throwable cause, long start) {
    if (cause instanceof NotOffered) {
      return result(check, Outcome.NOT_OFFERED, cause.getMessage(), start);
    }
    String seen = cause instanceof Deviation ? cause.getMessage() : cause.toString();
    return result(check, Outcome.FAIL, seen, start);
  }

  private static Result result(Check check, Outcome outcome, String seen, long start) {
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    return new Result(check, outcome, String.valueOf(seen), millis);
  }
}
