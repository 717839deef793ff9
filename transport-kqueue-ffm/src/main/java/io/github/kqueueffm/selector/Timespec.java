package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/** The time-out argument of one thread's waits. */
final class Timespec {
  /**
   * The longest single wait. Darwin before xnu-4903 refuses more than 100,000,000 s and FreeBSD
   * waits for ever beyond 2^31 s; a day is below every limit.
   */
  static final long MAX_SECONDS = 86_399;

  private static final long SECOND = 1_000_000_000;

  private final Struct layout;
  private final long value;
  private final long zero;

  Timespec(Platform platform) {
    layout = platform.struct("timespec");
    value = NativeMemory.allocate(2L * layout.size());
    zero = value + layout.size();
  }

  /**
   * Address of the struct for that time-out, valid until the next call; 0, which waits for ever,
   * for a negative one.
   */
  long of(long nanos) {
    if (nanos < 0) {
      return 0;
    }
    if (nanos == 0) {
      return zero;
    }
    long seconds = nanos / SECOND;
    boolean clamped = seconds > MAX_SECONDS;
    put("tv_sec", clamped ? MAX_SECONDS : seconds);
    put("tv_nsec", clamped ? SECOND - 1 : nanos % SECOND);
    return value;
  }

  /** Address of the struct for not waiting at all; may be used from any thread. */
  long zero() {
    return zero;
  }

  void free() {
    NativeMemory.free(value);
  }

  private void put(String field, long number) {
    Memory.put(value + layout.offset(field), layout.width(field), number);
  }
}
