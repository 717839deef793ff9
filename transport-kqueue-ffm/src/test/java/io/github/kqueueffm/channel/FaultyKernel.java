package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The real kernel, of which a test replaces answers and counts calls. */
final class FaultyKernel {
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
  private final Set<Call> missing = ConcurrentHashMap.newKeySet();

  /** An answer instead of the kernel's. */
  interface Answer {
    /** {@code null} asks the kernel after all. */
    Long answer(Object[] arguments);
  }

  FaultyKernel on(String method, Answer answer) {
    answers.put(method, answer);
    return this;
  }

  /** Fails the first calls of a method, or all for {@link Integer#MAX_VALUE}. */
  FaultyKernel fail(String method, Errno errno, int times) {
    AtomicInteger left = new AtomicInteger(times);
    long number = -Kernels.system().platform().number(errno);
    return on(method, arguments -> left.getAndDecrement() > 0 ? number : null);
  }

  FaultyKernel without(Call... calls) {
    missing.addAll(Set.of(calls));
    return this;
  }

  int calls(String method) {
    AtomicInteger count = counts.get(method);
    return count == null ? 0 : count.get();
  }

  Kernel kernel() {
    return over(Kernels.system());
  }

  private Kernel over(Kernel real) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  case "bound" -> over(real.bound());
                  case "has" -> !missing.contains((Call) arguments[0]) && real.has((Call) arguments[0]);
                  default -> call(real, method, arguments);
                });
  }

  private Object call(Kernel real, Method method, Object[] arguments) throws Throwable {
    counts.computeIfAbsent(method.getName(), name -> new AtomicInteger()).incrementAndGet();
    Answer answer = answers.get(method.getName());
    Long result = answer == null ? null : answer.answer(arguments);
    if (result != null) {
      return method.getReturnType() == int.class ? (Object) result.intValue() : result;
    }
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
