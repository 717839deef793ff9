package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The kernel through the Foreign Function &amp; Memory API.
 *
 * <p>An instance for all threads uses the errno capture segment of the calling thread. An instance
 * from {@link #forThread()} has one in a field. The handles are not bound to a function, so one
 * handle serves nearly all functions of all libraries.
 */
final class FfmKernel extends Kernel {
  private final Platform platform;
  private final Path library;
  private final Foreign.Symbols symbols;
  private final Struct keventStruct;
  private final MemorySegment[] functions = new MemorySegment[Call.values().length];
  private final MemorySegment capture;
  private final int enosys;
  private final int eio;

  /**
   * @param library the library that is searched before the C library, or {@code null}
   * @throws IllegalArgumentException if the library cannot be loaded
   */
  FfmKernel(Platform platform, Path library) {
    this(platform, library, new Foreign.Symbols(platform, library), null);
  }

  /**
   * @param capture where errno is saved, or {@code null} for the calling thread's segment
   */
  private FfmKernel(
      Platform platform, Path library, Foreign.Symbols symbols, MemorySegment capture) {
    this.platform = platform;
    this.library = library;
    this.symbols = symbols;
    this.capture = capture;
    keventStruct = platform.keventStruct(symbols.keventSymbol());
    enosys = platform.number(Errno.ENOSYS);
    eio = platform.number(Errno.EIO);
    for (Call call : Call.values()) {
      functions[call.ordinal()] = symbols.get(call);
    }
  }

  @Override
  public Platform platform() {
    return platform;
  }

  @Override
  public boolean has(Call call) {
    return symbols.has(call);
  }

  @Override
  public Struct keventStruct() {
    return keventStruct;
  }

  @Override
  public Kernel forThread() {
    return new FfmKernel(platform, library, symbols, ErrnoCapture.owned());
  }

  @Override
  public void release() {
    if (capture != null) {
      ErrnoCapture.free(capture);
    }
  }

  @Override
  public String describe() {
    if (library == null) {
      return "libc";
    }
    return library + (symbols.ownSockets() ? " (kqueue and sockets)" : " (kqueue)");
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f) {
    return checked((int) raw(call, a, b, c, d, e, f));
  }

  @Override
  protected long callLong(Call call, long a, long b, long c, long d, long e, long f) {
    long result = raw(call, a, b, c, d, e, f);
    return result == -1 ? failure() : result;
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g) {
    MemorySegment function = functions[call.ordinal()];
    if (function == null) {
      return -enosys;
    }
    try {
      return checked((int) Leaf.call(function, capture(), a, b, c, d, e, f, g));
    } catch (Throwable t) {
      throw thrown(call, t);
    }
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g, long h) {
    MemorySegment function = functions[call.ordinal()];
    if (function == null) {
      return -enosys;
    }
    try {
      return checked((int) Leaf.call(function, capture(), a, b, c, d, e, f, g, h));
    } catch (Throwable t) {
      throw thrown(call, t);
    }
  }

  @Override
  protected int callVariadic(Call call, long a, long b, long c) {
    MemorySegment function = functions[call.ordinal()];
    if (function == null) {
      return -enosys;
    }
    try {
      return checked((int) Leaf.variadic(function, capture(), a, b, c));
    } catch (Throwable t) {
      throw thrown(call, t);
    }
  }

  private long raw(Call call, long a, long b, long c, long d, long e, long f) {
    MemorySegment function = functions[call.ordinal()];
    if (function == null) {
      ErrnoCapture.errno(capture(), enosys);
      return -1;
    }
    try {
      return Leaf.call(function, capture(), a, b, c, d, e, f);
    } catch (Throwable t) {
      throw thrown(call, t);
    }
  }

  private MemorySegment capture() {
    MemorySegment own = capture;
    return own != null ? own : ErrnoCapture.ofThread();
  }

  private int checked(int result) {
    return result == -1 ? failure() : result;
  }

  private int failure() {
    int errno = ErrnoCapture.errno(capture());
    // A user's library may leave errno at 0, as an old libkqueue does. A failure stays a failure.
    return errno == 0 ? -eio : -errno;
  }

  private static AssertionError thrown(Call call, Throwable cause) {
    return new AssertionError(call.function() + " cannot throw", cause);
  }
}
