package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * A kernel that a test sees the system calls of: by the name of {@link Kernel}'s method and with
 * its arguments, as Integer and Long.
 */
public abstract class InterceptedKernel extends Kernel {
  private static final Map<Call, Method> METHODS = methods();

  private final Platform platform;

  /** Makes the calls that are not answered, or {@code null}. */
  private final Kernel real;

  protected InterceptedKernel(Platform platform, Kernel real) {
    this.platform = platform;
    this.real = real;
  }

  private static Map<Call, Method> methods() {
    Map<Call, Method> methods = new EnumMap<>(Call.class);
    for (Call call : Call.values()) {
      for (Method method : Kernel.class.getMethods()) {
        if (method.getName().toLowerCase(Locale.ROOT).equals(call.function().replace("_", ""))) {
          methods.put(call, method);
        }
      }
    }
    return methods;
  }

  /** The answer to a call, or {@code null} to have the real kernel make it. */
  protected abstract Number intercept(String method, Object... arguments);

  @Override
  public Platform platform() {
    return platform;
  }

  @Override
  public boolean has(Call call) {
    return real != null ? real.has(call) : !platform.symbols(call).isEmpty();
  }

  @Override
  public Struct keventStruct() {
    return real.keventStruct();
  }

  @Override
  public void release() {
    if (real != null) {
      real.release();
    }
  }

  @Override
  public String describe() {
    return real.describe();
  }

  private Number intercept(Call call, long... arguments) {
    Method method = METHODS.get(call);
    Class<?>[] types = method.getParameterTypes();
    Object[] named = new Object[types.length];
    Arrays.setAll(
        named, i -> types[i] == int.class ? (Object) (int) arguments[i] : (Object) arguments[i]);
    return intercept(method.getName(), named);
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f) {
    Number answer = intercept(call, a, b, c, d, e, f);
    return answer != null ? answer.intValue() : real.callInt(call, a, b, c, d, e, f);
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g) {
    Number answer = intercept(call, a, b, c, d, e, f, g);
    return answer != null ? answer.intValue() : real.callInt(call, a, b, c, d, e, f, g);
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g, long h) {
    Number answer = intercept(call, a, b, c, d, e, f, g, h);
    return answer != null ? answer.intValue() : real.callInt(call, a, b, c, d, e, f, g, h);
  }

  @Override
  protected long callLong(Call call, long a, long b, long c, long d, long e, long f) {
    Number answer = intercept(call, a, b, c, d, e, f);
    return answer != null ? answer.longValue() : real.callLong(call, a, b, c, d, e, f);
  }

  @Override
  protected int callVariadic(Call call, long a, long b, long c) {
    Number answer = intercept(call, a, b, c);
    return answer != null ? answer.intValue() : real.callVariadic(call, a, b, c);
  }

  /** Seen in the shape that is the same for all systems. */
  @Override
  public int sendfile(int socket, int file, long offset, long count, long sent) {
    Number answer = intercept("sendfile", socket, file, offset, count, sent);
    return answer != null ? answer.intValue() : real.sendfile(socket, file, offset, count, sent);
  }
}
