package io.github.kqueueffm.channel;

import io.github.kqueueffm.channel.Seccomp.Call;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;

/**
 * Runs the {@link PolicyProbe} under filters of system calls. Each filter has a thread and a class
 * loader. A filter cannot be removed, so the program needs a separate JVM. An argument {@code
 * NUMBER:CALL+CALL...} is an errno and the calls that fail with it.
 */
final class PolicyProgram {
  private PolicyProgram() {}

  public static void main(String[] args) throws Exception {
    for (String policy : args) {
      FutureTask<String> task = new FutureTask<>(() -> probe(policy));
      Thread thread = new Thread(task);
      thread.start();
      System.out.println(policy + " -> " + task.get());
    }
  }

  private static String probe(String policy) throws Exception {
    String[] parts = policy.split(":", 2);
    List<Call> calls = Arrays.stream(parts[1].split("\\+")).map(Call::valueOf).toList();
    try (IsolatedLoader loader = IsolatedLoader.open()) {
      return forbid(calls, Integer.parseInt(parts[0]))
          ? loader.ask(PolicyProbe.class)
          : "no filters";
    }
  }

  private static boolean forbid(List<Call> calls, int errno) {
    try {
      return Seccomp.forbid(calls, errno);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }
}
