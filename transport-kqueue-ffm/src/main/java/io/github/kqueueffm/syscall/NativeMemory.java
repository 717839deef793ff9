package io.github.kqueueffm.syscall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Allocates all native memory of the transport, and counts the allocations so that a test can
 * assert that none is left.
 */
public final class NativeMemory {
  private static final MemorySegment CALLOC = Foreign.function("calloc");
  private static final MemorySegment FREE = Foreign.function("free");

  /**
   * All threads share it, because nothing reads it. With it these calls have the shape of all
   * others, so that a start links one shape.
   */
  private static final MemorySegment ERRNO = Arena.ofAuto().allocate(Foreign.captureLayout());

  private static final AtomicLong LIVE = new AtomicLong();

  private NativeMemory() {}

  /**
   * Allocates zeroed memory, aligned for every C type.
   *
   * @throws OutOfMemoryError if the system has no memory left
   */
  public static long allocate(long bytes) {
    long address = call(CALLOC, 1, Math.max(bytes, 1));
    if (address == 0) {
      throw new OutOfMemoryError("calloc of " + bytes + " bytes");
    }
    LIVE.incrementAndGet();
    return address;
  }

  /** Frees memory from {@link #allocate}. */
  public static void free(long address) {
    call(FREE, address, 0);
    LIVE.decrementAndGet();
  }

  private static long call(MemorySegment function, long first, long second) {
    try {
      return Leaf.call(function, ERRNO, first, second, 0, 0, 0, 0);
    } catch (LinkageError e) {
      // It comes from the link, which the first call of a JVM makes.
      throw e;
    } catch (Throwable t) {
      throw new AssertionError("a function of the C library cannot throw", t);
    }
  }

  /** {@return the number of allocations that have not been freed} */
  public static long live() {
    return LIVE.get();
  }
}
