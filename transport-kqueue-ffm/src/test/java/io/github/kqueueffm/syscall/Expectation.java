package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * One call that a script expects, and its answer: 0 unless said otherwise. What is to be written
 * and done happens in the order in which it was said, before the answer.
 */
public class Expectation {
  private final Platform platform;
  private final String method;
  private final Object[] arguments;
  private final List<Function<Invocation, String>> checks = new ArrayList<>();
  private final List<Consumer<Invocation>> effects = new ArrayList<>();
  private ToLongFunction<Invocation> answer = call -> 0;
  private int times = 1;

  Expectation(Platform platform, String method, Object... arguments) {
    this.platform = platform;
    this.method = method;
    this.arguments = arguments;
  }

  /** Answers with that result. */
  public Expectation answers(long result) {
    return does(call -> result);
  }

  /** Answers with that error. */
  public Expectation fails(Errno errno) {
    return answers(-platform.number(errno));
  }

  /** Answers with what the function gives. It may call the code under test. */
  public Expectation does(ToLongFunction<Invocation> function) {
    answer = function;
    return this;
  }

  /** Does something first, such as calling the code under test from "another" thread. */
  public Expectation runs(Runnable action) {
    effects.add(call -> action.run());
    return this;
  }

  /** Comes back only when the latch is down; 10 s at most. */
  public Expectation blocksUntil(CountDownLatch latch) {
    return runs(() -> {
      try {
        if (!latch.await(10, TimeUnit.SECONDS)) {
          throw new AssertionError(method + " was not released within 10 s");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
  }

  /** Writes bytes to where the argument of that index points. */
  public Expectation writes(int argument, byte... bytes) {
    effects.add(call -> call.write(argument, bytes));
    return this;
  }

  /** Writes ints, such as descriptors, an option's value or a length. */
  public Expectation writesInts(int argument, int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.nativeOrder());
    buffer.asIntBuffer().put(values);
    return writes(argument, buffer.array());
  }

  /** Expects these bytes where the argument of that index points. */
  public Expectation with(int argument, byte... bytes) {
    return where(call -> {
      byte[] actual = call.bytes(argument, bytes.length);
      HexFormat hex = HexFormat.of();
      return Arrays.equals(actual, bytes)
          ? null
          : "argument "
              + argument
              + " points to "
              + hex.formatHex(actual)
              + " and not to "
              + hex.formatHex(bytes);
    });
  }

  /** Expects more: the function gives the objection to a call, or {@code null}. */
  public Expectation where(Function<Invocation, String> objection) {
    checks.add(objection);
    return this;
  }

  /** Expects it so many times in a row. */
  public Expectation times(int count) {
    times = count;
    return this;
  }

  /** Why that is not the call, or {@code null} if it is. */
  String objection(Invocation call) {
    if (!call.method().equals(method)) {
      return "it is not " + method;
    }
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] != ScriptedKernel.ANY
          && ((Number) arguments[i]).longValue() != call.argument(i)) {
        return "argument " + i + " is not " + arguments[i];
      }
    }
    for (Function<Invocation, String> check : checks) {
      String objection = check.apply(call);
      if (objection != null) {
        return objection;
      }
    }
    return null;
  }

  /** Counts one use; whether it was the last one. */
  boolean used() {
    return --times == 0;
  }

  long play(Invocation call) {
    effects.forEach(effect -> effect.accept(call));
    return answer.applyAsLong(call);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(method).append('(');
    for (int i = 0; i < arguments.length; i++) {
      text.append(i == 0 ? "" : ", ").append(arguments[i]);
    }
    return text.append(arguments.length == 0 ? "...)" : ")").toString();
  }
}
