package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmIoOps;
import io.netty.channel.IoOps;

/** A change to submit to the kqueue, verbatim and in order. Immutable. */
public final class KQueueIoOps implements IoOps {
  private final KQueueFfmIoOps change;

  private KQueueIoOps(KQueueFfmIoOps change) {
    this.change = change;
  }

  /** Creates a change without data. The numbers are those of the system. */
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

  /** The filter's flags, such as {@code NOTE_TRIGGER} of a user event. */
  public int fflags() {
    return change.fflags();
  }

  /** The filter's data. It is 0, because {@link #newOps} does not take data. */
  public long data() {
    return change.data();
  }

  @Override
  public String toString() {
    return change.toString();
  }
}
