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

  /** For the shape of all other calls, so that a start links one; nothing reads it. */
  private static final MemorySegment ERRNO = Arena.ofAuto().allocate(Foreign.captureLayout());

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
      address = Leaf.call(CALLOC, ERRNO, 1, Math.max(bytes, 1), 0, 0, 0, 0);
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
      Leaf.call(FREE, ERRNO, address, 0, 0, 0, 0, 0);
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
