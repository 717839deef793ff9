package io.github.kqueueffm.channel;

import io.github.kqueueffm.selector.Events;
import io.netty.channel.IoEvent;

/** What kevent reported for a handle. Valid only during the call that hands it over. */
public final class KQueueFfmIoEvent implements IoEvent {
  private Events events;
  private int index;

  KQueueFfmIoEvent() {}

  void at(Events events, int index) {
    this.events = events;
    this.index = index;
  }

  /** The descriptor, or the number of the timer or user event. */
  public int ident() {
    return (int) events.ident(index);
  }

  /** The filter, as the system numbers it. */
  public int filter() {
    return events.filter(index);
  }

  /** The flags, zero-extended. */
  public int flags() {
    return events.flags(index);
  }

  /**
   * The filter's own flags. At the end of a stream the errno, 0 if there is none or the system does
   * not provide it, as the embedded kqueue does not.
   */
  public int fflags() {
    return events.fflags(index);
  }

  /** Filter-specific data; with {@code EV_ERROR} the errno. */
  public long data() {
    return events.data(index);
  }

  /** The id of the registration: what its submit answers. */
  public long udata() {
    return events.token(index);
  }

  boolean isReadable() {
    return events.isReadable(index);
  }

  boolean isWritable() {
    return events.isWritable(index);
  }

  boolean isEof() {
    return events.isEof(index);
  }

  int eofErrno() {
    return events.eofErrno(index);
  }

  boolean isError() {
    return events.isError(index);
  }

  @Override
  public String toString() {
    return "KQueueFfmIoEvent{ident="
        + ident()
        + ", filter="
        + filter()
        + ", flags=0x"
        + Integer.toHexString(flags())
        + ", fflags=0x"
        + Integer.toHexString(fflags())
        + ", data="
        + data()
        + '}';
  }
}
