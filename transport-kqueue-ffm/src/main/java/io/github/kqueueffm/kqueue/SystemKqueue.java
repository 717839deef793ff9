package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;

/** The kernel's kqueue, or on Linux the one of libkqueue. */
final class SystemKqueue implements Kqueue {
  private final Kernel kernel;
  private final Platform platform;
  private final KeventLayout layout;
  private final int fd;
  private final long deletion;
  private boolean closed;

  private SystemKqueue(Kernel kernel, int fd) {
    this.kernel = kernel;
    this.fd = fd;
    platform = kernel.platform();
    layout = new KeventLayout(kernel.keventStruct());
    deletion = NativeMemory.allocate(layout.size());
  }

  static SystemKqueue open(Kernel kernel) throws IOException {
    int fd = kernel.kqueue();
    if (fd < 0) {
      throw Failures.of(kernel.platform(), "kqueue", null, fd);
    }
    return new SystemKqueue(kernel, fd);
  }

  @Override
  public int kevent(long changes, int nchanges, long events, int nevents, long timespec) {
    return kernel.kevent(fd, changes, nchanges, events, nevents, timespec);
  }

  @Override
  public int kevent(
      Kernel caller, long changes, int nchanges, long events, int nevents, long timespec) {
    return caller.kevent(fd, changes, nchanges, events, nevents, timespec);
  }

  /**
   * A kernel removes the knotes of a descriptor that is closed. libkqueue does not notice, and
   * would take the next descriptor of that number for this one.
   */
  @Override
  public void forget(int descriptor) {
    if (platform.isLinux()) {
      delete(descriptor, platform.get(Constant.EVFILT_READ));
      delete(descriptor, platform.get(Constant.EVFILT_WRITE));
    }
  }

  private synchronized void delete(int descriptor, int filter) {
    if (closed) {
      return;
    }
    layout.put(deletion, descriptor, filter, platform.get(Constant.EV_DELETE), 0, 0, 0);
    int result = kernel.kevent(fd, deletion, 1, 0, 0, 0);
    // ENOENT: it has no knote of that filter. EBADF: it was closed already.
    if (result < 0 && !platform.is(Errno.ENOENT, -result) && !platform.is(Errno.EBADF, -result)) {
      throw Calls.unexpected(kernel, "kevent(EV_DELETE, " + descriptor + ")", result);
    }
  }

  @Override
  public KeventLayout layout() {
    return layout;
  }

  @Override
  public String describe() {
    return platform.isLinux() ? "kqueue of " + kernel.describe() : "kqueue of the system";
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      NativeMemory.free(deletion);
      Calls.close(kernel, fd);
    }
  }
}
