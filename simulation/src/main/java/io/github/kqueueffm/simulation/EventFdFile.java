package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A descriptor of a counter: an eventfd, or a timerfd, whose counter a timer increments. */
final class EventFdFile extends OpenFile {
  private static final long MAX = -2;

  private final boolean timer;
  private final byte[] bytes = new byte[Long.BYTES];
  private long counter;
  private Agenda.Entry entry;
  private long due;
  private long period;

  EventFdFile(World world, boolean timer, long initial) {
    super(world);
    this.timer = timer;
    counter = initial;
  }

  @Override
  long read(Iov into) {
    if (into.total() < Long.BYTES) {
      return error(Errno.EINVAL);
    }
    while (counter == 0) {
      if (!block()) {
        return error(Errno.EAGAIN);
      }
    }
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putLong(counter);
    into.put(0, bytes, 0, Long.BYTES);
    counter = 0;
    changed(false, true);
    return Long.BYTES;
  }

  @Override
  long write(Iov from) {
    if (timer || from.total() < Long.BYTES) {
      return error(Errno.EINVAL);
    }
    from.get(0, bytes, 0, Long.BYTES);
    long add = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong();
    if (add == -1) {
      return error(Errno.EINVAL);
    }
    while (Long.compareUnsigned(MAX - counter, add) < 0) {
      if (!block()) {
        return error(Errno.EAGAIN);
      }
    }
    counter += add;
    changed(true, false);
    return Long.BYTES;
  }

  /**
   * timerfd_settime with a relative time.
   *
   * @param value nanoseconds, or 0 to stop it
   * @param interval nanoseconds, or 0 to expire once
   */
  void set(long value, long interval) {
    cancel();
    counter = 0;
    period = interval;
    if (value > 0) {
      due = world.pace.nanoTime() + value;
      entry = world.agenda.at(due, this::expire);
    }
  }

  private void expire() {
    entry = null;
    counter++;
    if (period > 0) {
      long missed = Math.max((world.pace.nanoTime() - due) / period, 0);
      counter += missed;
      due += (missed + 1) * period;
      entry = world.agenda.at(due, this::expire);
    }
    changed(true, false);
  }

  private void cancel() {
    if (entry != null) {
      entry.cancel();
      entry = null;
    }
  }

  boolean isTimer() {
    return timer;
  }

  @Override
  void closed() {
    cancel();
  }

  @Override
  String describe() {
    return timer ? "timerfd" : "eventfd";
  }

  @Override
  void readState(FilterState out, long lowWater) {
    out.set(counter != 0, counter);
  }

  @Override
  void writeState(FilterState out, long lowWater) {
    out.set(!timer, MAX - counter);
  }

  @Override
  int pollMask() {
    int mask = counter == 0 ? 0 : epoll(Constant.EPOLLIN);
    boolean room = !timer && counter != MAX;
    return room ? mask | epoll(Constant.EPOLLOUT) : mask;
  }
}
