package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A kqueue with room for a few changes and events, used by one thread. */
final class RawQueue implements AutoCloseable {
  private static final int ROOM = 8;

  private final Platform platform;
  private final Kqueue kqueue;
  private final KeventLayout layout;
  private final long changes;
  private final long events;
  private final long timespec;
  private int count;

  RawQueue(Platform platform, Kqueue kqueue) {
    this.platform = platform;
    this.kqueue = kqueue;
    layout = kqueue.layout();
    changes = NativeMemory.allocate((long) ROOM * layout.size());
    events = NativeMemory.allocate((long) ROOM * layout.size());
    timespec = NativeMemory.allocate(platform.struct("timespec").size());
  }

  Kqueue kqueue() {
    return kqueue;
  }

  /** Adds a change to the next call. */
  RawQueue change(long ident, Constant filter, int flags, int fflags, long data, long udata) {
    long at = changes + (long) count++ * layout.size();
    layout.put(at, ident, platform.get(filter), flags, fflags, data, udata);
    return this;
  }

  RawQueue change(long ident, Constant filter, long udata, Constant... flags) {
    return change(ident, filter, flags(flags), 0, 0, udata);
  }

  /** Adds a change with EV_ADD and EV_ENABLE to the next call. */
  RawQueue add(long ident, Constant filter, long udata, Constant... flags) {
    int adding = flags(Constant.EV_ADD, Constant.EV_ENABLE);
    return change(ident, filter, adding | flags(flags), 0, 0, udata);
  }

  /** Adds a peer-close knote (sentinel), which reports only the end of the stream. */
  RawQueue sentinel(long ident, long udata) {
    int flags = flags(Constant.EV_ADD, Constant.EV_CLEAR);
    return change(
        ident, Constant.EVFILT_READ, flags, flags(Constant.NOTE_LOWAT), 0x7fff_ffffL, udata);
  }

  int flags(Constant... flags) {
    int all = 0;
    for (Constant flag : flags) {
      all |= platform.get(flag);
    }
    return all;
  }

  /**
   * Calls kevent: sends the changes and waits, or polls if {@code millis} is 0. Returns the count
   * or the negative errno.
   */
  int call(int nevents, int millis) {
    Struct layout = platform.struct("timespec");
    Memory.putLong(timespec + layout.offset("tv_sec"), millis / 1000);
    Memory.putLong(
        timespec + layout.offset("tv_nsec"), TimeUnit.MILLISECONDS.toNanos(millis % 1000));
    int sent = count;
    count = 0;
    return kqueue.kevent(changes, sent, nevents == 0 ? 0 : events, nevents, timespec);
  }

  /** Sends the changes without receiving events. */
  void apply() throws IOException {
    int result = call(0, 0);
    if (result < 0) {
      throw Failures.of(platform, "kevent", "changes", result);
    }
  }

  /** Sends the changes and waits for events; there may be none. */
  List<RawEvent> await(int millis) throws IOException {
    int result;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    do {
      long left = Math.max(0, end - System.nanoTime());
      result = call(ROOM, (int) TimeUnit.NANOSECONDS.toMillis(left + 999_999));
    } while (platform.is(Errno.EINTR, -result));
    if (result < 0) {
      throw Failures.of(platform, "kevent", null, result);
    }
    List<RawEvent> list = new ArrayList<>();
    for (int i = 0; i < result; i++) {
      list.add(event(i));
    }
    return list;
  }

  /** Waits for exactly one event. */
  RawEvent one(int millis) throws IOException {
    List<RawEvent> list = await(millis);
    Deviation.unless(list.size() == 1, list.size() + " events in place of one: " + list);
    return list.get(0);
  }

  /** Checks that there are no events. */
  void silent(int millis) throws IOException {
    List<RawEvent> list = await(millis);
    Deviation.unless(list.isEmpty(), "not silent: " + list);
  }

  private RawEvent event(int index) {
    long at = events + (long) index * layout.size();
    return new RawEvent(
        platform,
        layout.ident(at),
        layout.filter(at),
        layout.flags(at),
        layout.fflags(at),
        layout.data(at),
        layout.udata(at));
  }

  @Override
  public void close() {
    kqueue.close();
    NativeMemory.free(changes);
    NativeMemory.free(events);
    NativeMemory.free(timespec);
  }
}
