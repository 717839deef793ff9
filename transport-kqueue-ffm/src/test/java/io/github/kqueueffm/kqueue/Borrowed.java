package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.KeventLayout;

/** A kqueue for one more fixture, which does not close it. */
record Borrowed(Kqueue kqueue) implements Kqueue {
  @Override
  public int kevent(long changes, int nchanges, long events, int nevents, long timespec) {
    return kqueue.kevent(changes, nchanges, events, nevents, timespec);
  }

  @Override
  public void forget(int fd) {
    kqueue.forget(fd);
  }

  @Override
  public void release(int fd) {
    kqueue.release(fd);
  }

  @Override
  public KeventLayout layout() {
    return kqueue.layout();
  }

  @Override
  public String describe() {
    return kqueue.describe();
  }

  @Override
  public void close() {
    // The fixture that opened it closes it.
  }
}
