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

  public short filter() {
    return (short) change.filter();
  }

  public short flags() {
    return (short) change.flags();
  }

  public int fflags() {
    return change.fflags();
  }

  public long data() {
    return change.data();
  }

  @Override
  public String toString() {
    return change.toString();
  }
}
