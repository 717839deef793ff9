package io.github.kqueueffm.syscall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The downcalls. HotSpot compiles each of them separately, and each is linked on its first use.
 *
 * <p>A function with fewer than six arguments is called with six, see {@link Foreign}.
 *
 * <p>On every call the linker makes a slice of the errno segment. If the whole call is inlined into
 * one method, escape analysis removes that slice. But inlined into the event loop the call exceeds
 * HotSpot's budget for inlining in its middle, and then each call allocates 40 bytes (80 bytes for
 * an echo in most runs). So these methods must not be inlined. HotSpot never inlines a method of an
 * exception class into a method of another class. That is the only reason for the superclass; the
 * class has no instances.
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
    static final MethodHandle MH$call = Foreign.link(Shape.SIX);
  }

  private static final class Seven {
    static final MethodHandle MH$call = Foreign.link(Shape.SEVEN);
  }

  private static final class Eight {
    static final MethodHandle MH$call = Foreign.link(Shape.EIGHT);
  }

  private static final class Variadic {
    static final MethodHandle MH$call = Foreign.link(Shape.VARIADIC);
  }
}
