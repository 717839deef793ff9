package io.github.kqueueffm.syscall;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A kernel that passes every call on and remembers, in order, which ones there were; those of its
 * {@link Kernel#bound() bound} kernels too. Names are {@link Kernel}'s methods.
 */
public final class CountingKernel {
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

  private CountingKernel(Kernel kernel) {
    this.kernel = watch(kernel);
  }

  public static CountingKernel over(Kernel kernel) {
    return new CountingKernel(kernel);
  }

  /** What to give to those whose calls are to be counted. */
  public Kernel kernel() {
    return kernel;
  }

  /** All calls since the start or the last {@link #reset()}, as they were entered. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  public synchronized long count(String call) {
    return calls.stream().filter(call::equals).count();
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
