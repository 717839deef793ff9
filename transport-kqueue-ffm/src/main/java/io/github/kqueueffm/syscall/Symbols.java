package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Platform;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The functions found for one platform, in libc or in a library given by the user.
 *
 * <p>Looking a name up in a library finds the names of its dependencies too. So a library that
 * brings its own sockets is told by the address of {@code socket}: if that is not libc's, every
 * call on a descriptor has to come from the library, and a function that has libc's address there
 * is one that the library lacks.
 */
final class Symbols {
  private final Platform platform;
  private final Function<String, Optional<MemorySegment>> libc = Foreign.libc();
  private final Function<String, Optional<MemorySegment>> library;
  private final boolean ownSockets;
  private final Map<Call, MemorySegment> found = new EnumMap<>(Call.class);
  private String keventSymbol = "kevent";

  /**
   * @param library the user's library, or {@code null} for libc alone
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

  /** The library's own function of that name, not one that it merely depends on. */
  private Optional<MemorySegment> inLibrary(String symbol) {
    long inLibc = libc.apply(symbol).map(MemorySegment::address).orElse(0L);
    return library.apply(symbol).filter(address -> address.address() != inLibc);
  }
}
