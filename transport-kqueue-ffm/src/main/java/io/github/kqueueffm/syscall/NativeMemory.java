package io.github.kqueueffm.syscall;

import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Allocates all native memory of the transport, and counts the allocations so that a test can
 * assert that none is left.
 */
public final class NativeMemory {
  private static final MethodHandle MH$calloc = Foreign.link(Shape.ALLOCATION, "calloc");
  private static final MethodHandle MH$free = Foreign.link(Shape.ALLOCATION, "free");
  private static final AtomicLong LIVE = new AtomicLong();

  private NativeMemory() {}

  /**
   * Allocates zeroed memory, aligned for every C type.
   *
   * @throws OutOfMemoryError if the system has no memory left
   */
  public static long allocate(long bytes) {
    long address;
    try {
      address = (long) MH$calloc.invokeExact(1L, Math.max(bytes, 1));
    } catch (Throwable t) {
      throw new AssertionError("calloc cannot throw", t);
    }
    if (address == 0) {
      throw new OutOfMemoryError("calloc of " + bytes + " bytes");
    }
    LIVE.incrementAndGet();
    return address;
  }

  /** Frees memory from {@link #allocate}. */
  public static void free(long address) {
    try {
      // The second argument gives it the shape of calloc; see Foreign.
      long _ = (long) MH$free.invokeExact(address, 0L);
    } catch (Throwable t) {
      throw new AssertionError("free cannot throw", t);
    }
    LIVE.decrementAndGet();
  }

  /** {@return the number of allocations that have not been freed} */
  public static long live() {
    return LIVE.get();
  }
}
