package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A kernel whose answers a test writes, of any platform, or the real one with some answers
 * replaced. A call without a scripted answer fails the test on a platform's kernel.
 */
public final class ScriptedCalls {
  private final Platform platform;
  private final Kernel real;
  private final Map<String, Function<Object[], Number>> answers = new ConcurrentHashMap<>();
  private final Set<Call> missing = ConcurrentHashMap.newKeySet();
  private final List<String> log = new CopyOnWriteArrayList<>();

  private ScriptedCalls(Platform platform, Kernel real) {
    this.platform = platform;
    this.real = real;
  }

  public static ScriptedCalls of(String platform) {
    return new ScriptedCalls(Platform.named(platform), null);
  }

  public static ScriptedCalls over(Kernel real) {
    return new ScriptedCalls(real.platform(), real);
  }

  public ScriptedCalls on(String call, Function<Object[], Number> answer) {
    answers.put(call, answer);
    return this;
  }

  public ScriptedCalls on(String call, int answer) {
    return on(call, arguments -> answer);
  }

  public ScriptedCalls fail(String call, Errno errno) {
    return on(call, -platform.number(errno));
  }

  public ScriptedCalls without(Call call) {
    missing.add(call);
    return this;
  }

  /**
   * The calls so far, such as {@code close(7)}; native addresses are left out. May be walked while
   * a loop still adds to it.
   */
  public List<String> log() {
    return log;
  }

  public Kernel kernel() {
    return kernel(real);
  }

  private Kernel kernel(Kernel real) {
    return new InterceptedKernel(platform, real) {
      @Override
      public boolean has(Call call) {
        return !missing.contains(call) && super.has(call);
      }

      // With the same answers.
      @Override
      public Kernel forThread() {
        return kernel(real.forThread());
      }

      @Override
      public String toString() {
        return "scripted " + platform;
      }

      @Override
      protected Number intercept(String method, Object... arguments) {
        log.add(text(method, arguments));
        Function<Object[], Number> function = answers.get(method);
        Number answer = function == null ? null : function.apply(arguments);
        if (answer == null && real == null) {
          throw new AssertionError("not scripted: " + text(method, arguments));
        }
        return answer;
      }
    };
  }

  private static String text(String method, Object[] arguments) {
    return Arrays.stream(arguments)
        .filter(Integer.class::isInstance)
        .map(Object::toString)
        .collect(Collectors.joining(", ", method + '(', ")"));
  }
}
