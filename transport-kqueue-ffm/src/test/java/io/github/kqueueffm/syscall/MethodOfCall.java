package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.BiConsumer;

/** Makes any call of a kernel, with 1 for each int and an address for each long. */
final class MethodOfCall {
  private MethodOfCall() {}

  static BiConsumer<Kernel, Long> of(Call call) {
    Method method =
        Arrays.stream(Kernel.class.getMethods())
            .filter(named ->
                named.getName().toLowerCase(Locale.ROOT).equals(call.function().replace("_", "")))
            .findAny()
            .orElseThrow();
    return (kernel, memory) -> {
      Object[] arguments =
          Arrays.stream(method.getParameterTypes())
              .map(type -> type == int.class ? (Object) 1 : (Object) memory)
              .toArray();
      try {
        method.invoke(kernel, arguments);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(call.name(), e);
      }
    };
  }
}
