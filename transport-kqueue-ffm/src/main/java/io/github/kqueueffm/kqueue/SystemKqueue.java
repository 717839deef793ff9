package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;

/** The kernel's own kqueue. */
final class SystemKqueue implements Kqueue {
  private final Kernel kernel;
  private final int fd;
  private final KeventLayout layout;

  private SystemKqueue(Kernel kernel, int fd) {
    this.kernel = kernel;
    this.fd = fd;
    layout = new KeventLayout(kernel.keventStruct());
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
  public void forget(int fd) {
    // close(2) removes a descriptor's knotes.
  }

  @Override
  public KeventLayout layout() {
    return layout;
  }

  @Override
  public String describe() {
    return "kqueue of the system";
  }

  @Override
  public void close() {
    // The descriptor is gone whatever the answer is.
    kernel.close(fd);
  }
}
