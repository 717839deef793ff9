package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Trace;

/**
 * A kqueue that no system call serves, with its calls traced. The system calls that it makes for
 * one of them stand before its line.
 */
final class TracedKqueue implements Kqueue {
  private static final String EMBEDDED = "embedded";

  private final Kqueue real;
  private final Trace trace;

  TracedKqueue(Kqueue real, Trace trace) {
    this.real = real;
    this.trace = trace;
  }

  @Override
  public int kevent(long changes, int nchanges, long events, int nevents, long timespec) {
    return trace.kevent(
        EMBEDDED,
        layout(),
        () -> real.kevent(changes, nchanges, events, nevents, timespec),
        changes,
        nchanges,
        events,
        nevents,
        timespec);
  }

  @Override
  public int kevent(
      Kernel caller, long changes, int nchanges, long events, int nevents, long timespec) {
    return trace.kevent(
        EMBEDDED,
        layout(),
        () -> real.kevent(caller, changes, nchanges, events, nevents, timespec),
        changes,
        nchanges,
        events,
        nevents,
        timespec);
  }

  @Override
  public void forget(int fd) {
    real.forget(fd);
  }

  @Override
  public boolean changesAwaitWaits() {
    return real.changesAwaitWaits();
  }

  @Override
  public void release(int fd) {
    real.release(fd);
  }

  @Override
  public boolean sharesFilters() {
    return real.sharesFilters();
  }

  @Override
  public KeventLayout layout() {
    return real.layout();
  }

  @Override
  public String describe() {
    return real.describe();
  }

  @Override
  public void close() {
    real.close();
  }
}
