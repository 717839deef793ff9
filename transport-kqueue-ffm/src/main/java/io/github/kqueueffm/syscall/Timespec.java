package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;

/** Reads and writes struct timespec at an address, in the layout of one platform. */
public final class Timespec {
  private static final long SECOND = 1_000_000_000;

  private final int size;
  private final int seconds;
  private final int secondsWidth;
  private final int nanos;
  private final int nanosWidth;

  public Timespec(Platform platform) {
    Struct struct = platform.struct("timespec");
    size = struct.size();
    seconds = struct.offset("tv_sec");
    secondsWidth = struct.width("tv_sec");
    nanos = struct.offset("tv_nsec");
    nanosWidth = struct.width("tv_nsec");
  }

  public int size() {
    return size;
  }

  /** Writes a duration of 0 or more nanoseconds. */
  public void put(long address, long duration) {
    Memory.put(address + seconds, secondsWidth, duration / SECOND);
    Memory.put(address + nanos, nanosWidth, duration % SECOND);
  }

  /** Whether it is valid; kevent fails with EINVAL if it is not. */
  public boolean isValid(long address) {
    long fraction = Memory.getLong(address + nanos);
    return Memory.getLong(address + seconds) >= 0 && fraction >= 0 && fraction < SECOND;
  }

  /**
   * {@return the nanoseconds of a {@linkplain #isValid valid} timespec}
   *
   * @param longest the maximum to return
   */
  public long get(long address, long longest) {
    long whole = Memory.getLong(address + seconds);
    return whole > longest / SECOND ? longest : whole * SECOND + Memory.getLong(address + nanos);
  }
}
