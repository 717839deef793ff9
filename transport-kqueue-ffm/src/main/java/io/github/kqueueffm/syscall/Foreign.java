package io.github.kqueueffm.syscall;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one place of restricted foreign access: the linker, symbol look-up and reinterpretation.
 *
 * <p>Calls with up to six arguments share one handle, which passes six, every one a {@code long}.
 * That is sound on the processors served here: x86_64 (System V) and aarch64 (AAPCS64 and Apple's
 * variant) pass each of up to six integer arguments in a 64-bit register of its own, of which the
 * callee reads the part it declared, and none that it did not. The BSDs' sendfile with its seven
 * and macOS's connectx with its eight have the rest in eight bytes of the stack each on x86_64, and
 * in registers on aarch64. A shape costs 6 to 23 ms when it is first linked, so few shapes make a
 * quick start.
 */
@SuppressWarnings("restricted")
final class Foreign {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  /** All of memory. */
  static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Foreign() {}

  /** A handle {@code (symbol, errno capture, long...)long}. */
  static MethodHandle capturing(int arguments) {
    return LINKER.downcallHandle(shape(arguments), ERRNO);
  }

  /** The same for a variadic function, whose first two arguments are named ones. */
  static MethodHandle capturingVariadic(int arguments) {
    // On Apple's aarch64 variadic arguments go on the stack; unsaid, fcntl would set nonsense.
    return LINKER.downcallHandle(shape(arguments), ERRNO, Linker.Option.firstVariadicArg(2));
  }

  /** A handle {@code (long...)long} for a function of the C library that does not set errno. */
  static MethodHandle plain(String function, int arguments) {
    MemorySegment symbol =
        LINKER
            .defaultLookup()
            .find(function)
            .orElseThrow(() ->
                new UnsupportedOperationException("the C library has no function " + function));
    return LINKER.downcallHandle(symbol, shape(arguments));
  }

  static MemoryLayout captureLayout() {
    return Linker.Option.captureStateLayout();
  }

  /** Looks functions of the C library up. */
  static Function<String, Optional<MemorySegment>> libc() {
    return LINKER.defaultLookup()::find;
  }

  /**
   * Looks functions of a library up, and those of the libraries that it depends on.
   *
   * @throws IllegalArgumentException if it cannot be loaded
   */
  static Function<String, Optional<MemorySegment>> library(Path path) {
    return SymbolLookup.libraryLookup(path, Arena.global())::find;
  }

  private static FunctionDescriptor shape(int arguments) {
    MemoryLayout[] longs = new MemoryLayout[arguments];
    Arrays.fill(longs, JAVA_LONG);
    return FunctionDescriptor.of(JAVA_LONG, longs);
  }
}
