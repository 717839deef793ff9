package io.github.kqueueffm.syscall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The downcalls themselves, each a unit of compilation of its own, linked when it is first used.
 *
 * <p>A function with fewer arguments than six is called with more, see {@link Foreign}.
 *
 * <p>On every call the linker makes a slice of the errno segment. Where the whole call is inlined
 * into one method, that slice never becomes an object. Inlined into the event loop, though,
 * HotSpot's budget for inlining ends in the middle of the call, and then each call allocates 40
 * bytes (seen as 80 bytes an echo in most runs). So these methods must not be inlined. HotSpot
 * inlines no method of an exception class into one of another class; that is the only reason for
 * the superclass, of which there is never an instance.
 */
final class Leaf extends Throwable {
  private static final long serialVersionUID = 1L;

  private Leaf() {}

  static long call(
      MemorySegment function, MemorySegment errno, long a, long b, long c, long d, long e, long f)
      throws Throwable {
    return (long) Six.MH$call.invokeExact(function, errno, a, b, c, d, e, f);
  }

  static long call(
      MemorySegment function,
      MemorySegment errno,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g)
      throws Throwable {
    return (long) Seven.MH$call.invokeExact(function, errno, a, b, c, d, e, f, g);
  }

  static long call(
      MemorySegment function,
      MemorySegment errno,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g,
      long h)
      throws Throwable {
    return (long) Eight.MH$call.invokeExact(function, errno, a, b, c, d, e, f, g, h);
  }

  static long variadic(MemorySegment function, MemorySegment errno, long a, long b, long c)
      throws Throwable {
    return (long) Variadic.MH$call.invokeExact(function, errno, a, b, c);
  }

  private static final class Six {
    static final MethodHandle MH$call = Foreign.capturing(6);
  }

  private static final class Seven {
    static final MethodHandle MH$call = Foreign.capturing(7);
  }

  private static final class Eight {
    static final MethodHandle MH$call = Foreign.capturing(8);
  }

  private static final class Variadic {
    static final MethodHandle MH$call = Foreign.capturingVariadic(3);
  }
}
