package io.github.kqueueffm.conformance;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.syscall.KeventLayout;

/** A kqueue that another object owns, so close leaves it open. */
record Shared(Kqueue kqueue) implements Kqueue {

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
  public void close() {}
}
