package io.github.kqueueffm.syscall;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Remembers every call that goes through a kernel, in order; those of its {@link Kernel#bound()
 * bound} kernels too. May be used from all threads.
 */
public final class CallTrace {
  private static final Set<String> NO_SYSTEM_CALL =
      Set.of(
          "platform",
          "has",
          "keventStruct",
          "release",
          "describe",
          "hashCode",
          "equals",
          "toString");

  private final List<String> calls = new ArrayList<>();
  private final Kernel kernel;

  private CallTrace(Kernel kernel) {
    this.kernel = watch(kernel);
  }

  public static CallTrace over(Kernel kernel) {
    return new CallTrace(kernel);
  }

  /** What to give to those whose calls are of interest. */
  public Kernel kernel() {
    return kernel;
  }

  /** {@link Kernel}'s methods as they were called since the last {@link #reset()}. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  public synchronized void reset() {
    calls.clear();
  }

  private synchronized void add(String call) {
    calls.add(call);
  }

  private Kernel watch(Kernel target) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, method, arguments) -> invoke(target, method, arguments));
  }

  private Object invoke(Kernel target, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    if (name.equals("bound")) {
      return watch(target.bound());
    }
    if (!NO_SYSTEM_CALL.contains(name)) {
      add(name);
    }
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
