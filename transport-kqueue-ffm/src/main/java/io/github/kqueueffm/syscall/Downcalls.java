package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import java.lang.foreign.MemorySegment;

/**
 * Calls of C functions by their number of arguments, with a negative errno for a result of -1.
 *
 * <p>The handles behind are not bound to a function, so that one serves nearly all functions of all
 * libraries.
 */
abstract class Downcalls {
  private final MemorySegment[] functions = new MemorySegment[Call.values().length];
  private final MemorySegment capture;
  private final int enosys;
  private final int eio;

  /**
   * @param capture where errno is saved, or {@code null} for the calling thread's own place
   * @param enosys the number of ENOSYS, the answer of a function that is missing
   * @param eio the number of EIO, for a function that fails and does not say why
   */
  Downcalls(Symbols symbols, MemorySegment capture, int enosys, int eio) {
    for (Call call : Call.values()) {
      functions[call.ordinal()] = symbols.get(call);
    }
    this.capture = capture;
    this.enosys = enosys;
    this.eio = eio;
  }

  final void freeCapture() {
    if (capture != null) {
      ErrnoCapture.free(capture);
    }
  }

  private MemorySegment capture() {
    MemorySegment own = capture;
    return own != null ? own : ErrnoCapture.ofThread();
  }

  private long missing() {
    ErrnoCapture.errno(capture(), enosys);
    return -1;
  }

  private int checked(int result) {
    return result == -1 ? failure() : result;
  }

  private long checked(long result) {
    return result == -1 ? failure() : result;
  }

  private int failure() {
    int errno = ErrnoCapture.errno(capture());
    // A user's library may leave errno at 0 (old libkqueue does): a failure must not look well.
    return errno == 0 ? -eio : -errno;
  }

  private static AssertionError thrown(Call call, Throwable cause) {
    return new AssertionError(call.function() + " cannot throw", cause);
  }

  final int callInt(Call call) {
    return checked((int) raw(call, 0, 0, 0, 0, 0, 0));
  }

  final int callInt(Call call, long a) {
    return checked((int) raw(call, a, 0, 0, 0, 0, 0));
  }

  final int callInt(Call call, long a, long b) {
    return checked((int) raw(call, a, b, 0, 0, 0, 0));
  }

  final int callInt(Call call, long a, long b, long c) {
    return checked((int) raw(call, a, b, c, 0, 0, 0));
  }

  final int callInt(Call call, long a, long b, long c, long d) {
    return checked((int) raw(call, a, b, c, d, 0, 0));
  }

  final int callInt(Call call, long a, long b, long c, long d, long e) {
    return checked((int) raw(call, a, b, c, d, e, 0));
  }

  final int callInt(Call call, long a, long b, long c, long d, long e, long f) {
    return checked((int) raw(call, a, b, c, d, e, f));
  }

  final int callInt(Call call, long a, long b, long c, long d, long e, long f, long g) {
    return checked((int) raw(call, a, b, c, d, e, f, g));
  }

  final int callInt(Call call, long a, long b, long c, long d, long e, long f, long g, long h) {
    return checked((int) raw(call, a, b, c, d, e, f, g, h));
  }

  final long callLong(Call call, long a, long b, long c) {
    return checked(raw(call, a, b, c, 0, 0, 0));
  }

  final long callLong(Call call, long a, long b, long c, long d) {
    return checked(raw(call, a, b, c, d, 0, 0));
  }

  final long callLong(Call call, long a, long b, long c, long d, long e, long f) {
    return checked(raw(call, a, b, c, d, e, f));
  }

  final int callVariadic(Call call, long a, long b, long c) {
    MemorySegment function = functions[call.ordinal()];
    if (function == null) {
      return checked((int) missing());
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
      return missing();
    }
    try {
      return Leaf.call(function, capture(), a, b, c, d, e, f);
    } catch (Throwable t) {
      throw thrown(call, t);
    }
  }

  private long raw(Call call, long a, long b, long c, long d, long e, long f, long g) {
    MemorySegment function = functions[call.ordinal()];
    if (function == null) {
      return missing();
    }
    try {
      return Leaf.call(function, capture(), a, b, c, d, e, f, g);
    } catch (Throwable t) {
      throw thrown(call, t);
    }
  }

  private long raw(Call call, long a, long b, long c, long d, long e, long f, long g, long h) {
    MemorySegment function = functions[call.ordinal()];
    if (function == null) {
      return missing();
    }
    try {
      return Leaf.call(function, capture(), a, b, c, d, e, f, g, h);
    } catch (Throwable t) {
      throw thrown(call, t);
    }
  }
}
