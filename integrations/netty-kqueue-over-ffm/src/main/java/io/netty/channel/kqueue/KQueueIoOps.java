package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmIoOps;
import io.netty.channel.IoOps;

/** A change to submit to the kqueue, verbatim and in order. Immutable. */
public final class KQueueIoOps implements IoOps {
  private final KQueueFfmIoOps change;

  private KQueueIoOps(KQueueFfmIoOps change) {
    this.change = change;
  }

  /** A change without data; the numbers are the system's own. */
  public static KQueueIoOps newOps(short filter, short flags, int fflags) {
    return new KQueueIoOps(KQueueFfmIoOps.newOps(filter, flags, fflags));
  }

  KQueueFfmIoOps change() {
    return change;
  }

  /** The filter, as the system numbers it. */
  public short filter() {
    return (short) change.filter();
  }

  /** The flags, such as {@code EV_ADD}, in the system's 16 bits. */
  public short flags() {
    return (short) change.flags();
  }

  /** The filter's own flags, such as {@code NOTE_TRIGGER} of a user event. */
  public int fflags() {
    return change.fflags();
  }

  /** The filter's data; 0, since {@link #newOps} takes none. */
  public long data() {
    return change.data();
  }

  @Override
  public String toString() {
    return change.toString();
  }
}
