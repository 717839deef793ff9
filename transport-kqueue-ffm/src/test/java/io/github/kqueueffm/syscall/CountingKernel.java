package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The system's kernel with its calls counted by name, and with some answers replaced if a test says
 * so. May be used from all threads; its bound kernels count with it.
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

  private final Kernel real;
  private final Kernel counting;
  private final Queue<String> calls = new ConcurrentLinkedQueue<>();
  private final Map<String, Function<Object[], Number>> answers = new ConcurrentHashMap<>();
  private final List<Call> added = new CopyOnWriteArrayList<>();
  private final List<Call> missing = new CopyOnWriteArrayList<>();

  private CountingKernel(Kernel real) {
    this.real = real;
    counting = proxy(real);
  }

  public static CountingKernel over(Kernel real) {
    return new CountingKernel(real);
  }

  public Kernel kernel() {
    return counting;
  }

  /** How often a method of {@link Kernel} was called since the last {@link #reset()}. */
  public long count(String method) {
    return calls.stream().filter(method::equals).count();
  }

  /** All system calls since the last {@link #reset()}, in their order. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  public void reset() {
    calls.clear();
  }

  /** Answers a call in the kernel's place, unless the function returns {@code null}. */
  public CountingKernel on(String method, Function<Object[], Number> answer) {
    answers.put(method, answer);
    return this;
  }

  public CountingKernel fail(String method, Errno errno) {
    return on(method, arguments -> -real.platform().number(errno));
  }

  /** Fails a call for so many times, then leaves it to the kernel again. */
  public CountingKernel fail(String method, Errno errno, int times) {
    AtomicInteger left = new AtomicInteger(times);
    Integer number = -real.platform().number(errno);
    return on(method, arguments -> left.getAndDecrement() > 0 ? number : null);
  }

  /** Leaves a call to the kernel again. */
  public void restore(String method) {
    answers.remove(method);
  }

  /** Says that the kernel has that function, which the test has to answer for. */
  public CountingKernel with(Call call) {
    added.add(call);
    return this;
  }

  /** Says that the kernel does not have those functions. */
  public CountingKernel without(Call... calls) {
    missing.addAll(List.of(calls));
    return this;
  }

  private Kernel proxy(Kernel served) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, method, arguments) -> invoke(served, method, arguments));
  }

  private Object invoke(Kernel served, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    if (name.equals("bound")) {
      return proxy(served.bound());
    }
    if (name.equals("has") && added.contains((Call) arguments[0])) {
      return true;
    }
    if (name.equals("has") && missing.contains((Call) arguments[0])) {
      return false;
    }
    if (!NO_SYSTEM_CALL.contains(name)) {
      calls.add(name);
    }
    Function<Object[], Number> answer = answers.get(name);
    Number scripted = answer == null ? null : answer.apply(arguments);
    if (scripted != null) {
      boolean isLong = method.getReturnType() == long.class;
      return isLong ? (Object) scripted.longValue() : (Object) scripted.intValue();
    }
    try {
      return method.invoke(served, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
