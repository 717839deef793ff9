package io.github.kqueueffm.channel;

import io.netty.channel.IoOps;

/**
 * A change to submit to the kqueue, verbatim and in order.
 *
 * <p>Filters and flags are the system's own numbers (see its {@code sys/event.h}); on Linux they
 * are libkqueue's. Immutable, so instances are best kept in constants.
 */
public final class KQueueFfmIoOps implements IoOps {
  private final int filter;
  private final int flags;
  private final int fflags;
  private final long data;

  private KQueueFfmIoOps(int filter, int flags, int fflags, long data) {
    this.filter = filter;
    this.flags = flags;
    this.fflags = fflags;
    this.data = data;
  }

  /** A change without data. */
  public static KQueueFfmIoOps newOps(int filter, int flags, int fflags) {
    return newOps(filter, flags, fflags, 0);
  }

  /** A change with filter-specific data, such as a timer's period. */
  public static KQueueFfmIoOps newOps(int filter, int flags, int fflags, long data) {
    return new KQueueFfmIoOps(filter, flags & 0xffff, fflags, data);
  }

  /** The filter, as the system numbers it. */
  public int filter() {
    return filter;
  }

  /** The flags, such as {@code EV_ADD}: 16 bits, zero-extended. */
  public int flags() {
    return flags;
  }

  /** The filter's own flags, such as {@code NOTE_TRIGGER} of a user event. */
  public int fflags() {
    return fflags;
  }

  /**
   * The filter's data, 0 if there is none; of a timer the period, in milliseconds unless {@link
   * #fflags()} names another unit.
   */
  public long data() {
    return data;
  }

  @Override
  public String toString() {
    return "KQueueFfmIoOps{filter="
        + filter
        + ", flags=0x"
        + Integer.toHexString(flags)
        + ", fflags=0x"
        + Integer.toHexString(fflags)
        + ", data="
        + data
        + '}';
  }
}
