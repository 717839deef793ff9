package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A kernel whose answers a test writes, of any platform, or the real one with some answers
 * replaced. A call that nobody scripted fails the test on a platform's kernel.
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
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, method, arguments) -> invoke(real, proxy, method, arguments));
  }

  private Object invoke(Kernel real, Object proxy, Method method, Object[] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "platform" -> platform;
      case "has" -> has((Call) arguments[0]);
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> isSame(proxy, arguments[0]);
      case "toString" -> "scripted " + platform;
      // A loop's own kernel, with the same answers.
      case "bound" -> kernel(real.bound());
      default -> call(real, method, arguments);
    };
  }

  @SuppressWarnings("ReferenceEquality") // a kernel equals itself only
  private static boolean isSame(Object proxy, Object other) {
    return proxy == other;
  }

  private boolean has(Call call) {
    return !missing.contains(call)
        && (real != null ? real.has(call) : !platform.symbols(call).isEmpty());
  }

  private Object call(Kernel real, Method method, Object[] arguments) throws Throwable {
    log.add(describe(method, arguments));
    Function<Object[], Number> answer = answers.get(method.getName());
    if (answer != null) {
      Number result = answer.apply(arguments);
      if (result != null) {
        return method.getReturnType() == long.class
            ? (Object) result.longValue()
            : (Object) result.intValue();
      }
    }
    if (real == null) {
      throw new AssertionError("nobody scripted " + describe(method, arguments));
    }
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static String describe(Method method, Object[] arguments) {
    List<String> numbers = new ArrayList<>();
    if (arguments != null) {
      for (Object argument : arguments) {
        if (argument instanceof Integer) {
          numbers.add(argument.toString());
        }
      }
    }
    return method.getName() + '(' + String.join(", ", numbers) + ')';
  }
}
