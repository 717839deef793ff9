package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The system's kernel with its calls counted by name, and with some answers replaced if a test says
 * so. May be used from all threads; its kernels for one thread count with it.
 */
public final class CountingKernel {
  private final Kernel real;
  private final Kernel counting;
  private final Queue<String> calls = new ConcurrentLinkedQueue<>();
  private final Map<String, Function<Object[], Number>> answers = new ConcurrentHashMap<>();
  private final List<Call> added = new CopyOnWriteArrayList<>();
  private final List<Call> missing = new CopyOnWriteArrayList<>();

  private CountingKernel(Kernel real) {
    this.real = real;
    counting = counting(real);
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

  private Kernel counting(Kernel served) {
    return new InterceptedKernel(served.platform(), served) {
      @Override
      public Kernel forThread() {
        return counting(served.forThread());
      }

      @Override
      public boolean has(Call call) {
        return added.contains(call) || !missing.contains(call) && super.has(call);
      }

      @Override
      protected Number intercept(String method, Object... arguments) {
        calls.add(method);
        Function<Object[], Number> answer = answers.get(method);
        return answer == null ? null : answer.apply(arguments);
      }
    };
  }
}
