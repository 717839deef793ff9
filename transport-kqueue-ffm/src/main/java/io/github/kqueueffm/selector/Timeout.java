package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Timespec;

/** The time-out argument of one thread's waits. */
final class Timeout {
  /**
   * The longest single wait, in nanoseconds. Darwin before xnu-4903 refuses more than 100,000,000 s
   * and FreeBSD waits for ever beyond 2^31 s; a day is below every limit.
   */
  static final long LONGEST = 86_400_000_000_000L - 1;

  private final Timespec layout;
  private final long value;
  private final long zero;

  Timeout(Platform platform) {
    layout = new Timespec(platform);
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
    layout.put(value, Math.min(nanos, LONGEST));
    return value;
  }

  /** Address of the struct for not waiting at all; may be used from any thread. */
  long zero() {
    return zero;
  }

  void free() {
    NativeMemory.free(value);
  }
}
