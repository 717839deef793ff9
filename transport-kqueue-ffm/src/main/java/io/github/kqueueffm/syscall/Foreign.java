package io.github.kqueueffm.syscall;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The only class with restricted foreign access: the linker, symbol lookup and reinterpretation.
 *
 * <p>Calls with up to six arguments share one handle, which passes six arguments, each a {@code
 * long}. This is correct on x86_64 (System V) and aarch64 (AAPCS64 and Apple's variant), because
 * both pass each of up to six integer arguments in a separate 64-bit register. The callee reads the
 * part that it declared and ignores further registers. The seventh argument of the BSDs' sendfile,
 * and the seventh and eighth of macOS's connectx, take eight bytes of the stack each on x86_64, and
 * registers on aarch64. The first link of a shape costs 6 to 23 ms, so few shapes make the start
 * quick.
 */
@SuppressWarnings("restricted")
final class Foreign {
  private static final Linker LINKER = Linker.nativeLinker();

  /** The whole address space. */
  static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Foreign() {}

  /** A handle {@code (symbol, errno capture, long...)long}. */
  static MethodHandle link(Shape shape) {
    return LINKER.downcallHandle(descriptor(shape), options(shape));
  }

  /**
   * {@return a function that every C library has}
   *
   * @throws UnsupportedOperationException if it is missing
   */
  static MemorySegment function(String name) {
    return libc()
        .apply(name)
        .orElseThrow(
            () -> new UnsupportedOperationException("the C library has no function " + name));
  }

  static FunctionDescriptor descriptor(Shape shape) {
    MemoryLayout[] longs = new MemoryLayout[shape.arguments];
    Arrays.fill(longs, JAVA_LONG);
    return FunctionDescriptor.of(JAVA_LONG, longs);
  }

  static Linker.Option[] options(Shape shape) {
    Linker.Option errno = Linker.Option.captureCallState("errno");
    // Apple's aarch64 passes variadic arguments on the stack: without this option fcntl would read
    // garbage.
    return shape.named == 0
        ? new Linker.Option[] {errno}
        : new Linker.Option[] {errno, Linker.Option.firstVariadicArg(shape.named)};
  }

  static MemoryLayout captureLayout() {
    return Linker.Option.captureStateLayout();
  }

  /** {@return a lookup of the C library's functions} */
  static Function<String, Optional<MemorySegment>> libc() {
    return LINKER.defaultLookup()::find;
  }

  /**
   * {@return a lookup of a library's functions and those of the libraries that it depends on}
   *
   * @throws IllegalArgumentException if it cannot be loaded
   */
  static Function<String, Optional<MemorySegment>> library(Path path) {
    return SymbolLookup.libraryLookup(path, Arena.global())::find;
  }

  /**
   * The functions found for one platform, in the C library or in a library that the user names.
   *
   * <p>A search in a library also finds the names of its dependencies. So the address of {@code
   * socket} shows whether the user's library implements sockets: if it is not the C library's,
   * every call on a descriptor has to come from the user's library, and a function whose address
   * there is the C library's counts as missing.
   */
  static final class Symbols {
    private final Platform platform;
    private final Function<String, Optional<MemorySegment>> libc = Foreign.libc();
    private final Function<String, Optional<MemorySegment>> library;
    private final boolean ownSockets;
    private final Map<Call, MemorySegment> found = new EnumMap<>(Call.class);
    private String keventSymbol = "kevent";

    /**
     * @param library the user's library, or {@code null} for the C library alone
     * @throws IllegalArgumentException if the library cannot be loaded
     */
    Symbols(Platform platform, Path library) {
      this.platform = platform;
      this.library = library == null ? null : Foreign.library(library);
      this.ownSockets = this.library != null && hasOwn(Call.SOCKET);
      for (Call call : Call.values()) {
        lookUp(call).ifPresent(symbol -> found.put(call, symbol));
      }
    }

    boolean has(Call call) {
      return found.containsKey(call);
    }

    MemorySegment get(Call call) {
      return found.get(call);
    }

    String keventSymbol() {
      return keventSymbol;
    }

    boolean ownSockets() {
      return ownSockets;
    }

    private boolean hasOwn(Call call) {
      for (String symbol : platform.symbols(call)) {
        if (inLibrary(symbol).isPresent()) {
          return true;
        }
      }
      return false;
    }

    private Optional<MemorySegment> lookUp(Call call) {
      for (String symbol : platform.symbols(call)) {
        Optional<MemorySegment> address = lookUp(symbol);
        if (address.isPresent()) {
          if (call == Call.KEVENT) {
            keventSymbol = symbol;
          }
          return address;
        }
      }
      return Optional.empty();
    }

    private Optional<MemorySegment> lookUp(String symbol) {
      if (library == null) {
        return libc.apply(symbol);
      }
      Optional<MemorySegment> own = inLibrary(symbol);
      return own.isPresent() || ownSockets ? own : libc.apply(symbol);
    }

    /** {@return the function if the library itself has it, and not only a dependency} */
    private Optional<MemorySegment> inLibrary(String symbol) {
      long inLibc = libc.apply(symbol).map(MemorySegment::address).orElse(0L);
      return library.apply(symbol).filter(address -> address.address() != inLibc);
    }
  }
}
