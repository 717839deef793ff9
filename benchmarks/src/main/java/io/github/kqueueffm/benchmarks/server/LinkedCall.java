package io.github.kqueueffm.benchmarks.server;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Links and makes one call of the transport's most frequent shape, and nothing more. */
@SuppressWarnings("restricted")
final class LinkedCall {
  private LinkedCall() {}

  static void make() {
    Linker linker = Linker.nativeLinker();
    MemorySegment function = linker.defaultLookup().find("getpid").orElseThrow();
    MethodHandle call =
        linker.downcallHandle(
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"));
    MemorySegment errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
    try {
      long _ = (long) call.invokeExact(function, errno, 0L, 0L, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw new AssertionError("getpid cannot throw", t);
    }
  }
}
