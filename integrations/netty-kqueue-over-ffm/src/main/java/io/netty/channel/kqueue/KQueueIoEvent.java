package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmIoEvent;
import io.netty.channel.IoEvent;

/**
 * An event that kevent reported for a {@link KQueueIoHandle}. It is valid only during the call of
 * the handle.
 */
public final class KQueueIoEvent implements IoEvent {
  private int ident;
  private short filter;
  private short flags;
  private int fflags;
  private long data;
  private long udata;

  KQueueIoEvent() {}

  /** Creates an event without data. */
  public static KQueueIoEvent newEvent(int ident, short filter, short flags, int fflags) {
    return newEvent(ident, filter, flags, fflags, 0, 0);
  }

  /** Creates an event with filter-specific data and the id of the registration. */
  public static KQueueIoEvent newEvent(
      int ident, short filter, short flags, int fflags, long data, long udata) {
    KQueueIoEvent event = new KQueueIoEvent();
    event.set(ident, filter, flags, fflags, data, udata);
    return event;
  }

  /** {@return the same event in this type} */
  KQueueIoEvent of(KQueueFfmIoEvent event) {
    set(
        event.ident(),
        (short) event.filter(),
        (short) event.flags(),
        event.fflags(),
        event.data(),
        event.udata());
    return this;
  }

  private void set(int ident, short filter, short flags, int fflags, long data, long udata) {
    this.ident = ident;
    this.filter = filter;
    this.flags = flags;
    this.fflags = fflags;
    this.data = data;
    this.udata = udata;
  }

  /** The descriptor, or the number of the timer or user event. */
  public int ident() {
    return ident;
  }

  /** The filter, as the system numbers it. */
  public short filter() {
    return filter;
  }

  /**
   * The flags, such as {@code EV_EOF}, in the system's 16 bits; the highest one makes it negative.
   */
  public short flags() {
    return flags;
  }

  /**
   * The filter's flags. At the end of a stream they are the errno, or 0 if there is none or the
   * system does not report it. The embedded kqueue on Linux does not report it.
   */
  public int fflags() {
    return fflags;
  }

  /** Filter-specific data; with {@code EV_ERROR} the errno. */
  public long data() {
    return data;
  }

  /** The id of the registration, which its submit returns. */
  public long udata() {
    return udata;
  }

  @Override
  public String toString() {
    return "KQueueIoEvent{ident="
        + ident
        + ", filter="
        + filter
        + ", flags=0x"
        + Integer.toHexString(flags & 0xffff)
        + ", fflags=0x"
        + Integer.toHexString(fflags)
        + ", data="
        + data
        + ", udata="
        + udata
        + '}';
  }
}
