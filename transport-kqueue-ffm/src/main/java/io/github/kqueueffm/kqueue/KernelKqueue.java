package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import java.io.IOException;

/** The kernel's kqueue. */
final class KernelKqueue implements Kqueue {
  private final Kernel kernel;
  private final KeventLayout layout;
  private final int fd;
  private boolean closed;

  private KernelKqueue(Kernel kernel, int fd) {
    this.kernel = kernel;
    this.fd = fd;
    layout = new KeventLayout(kernel.keventStruct());
  }

  static KernelKqueue open(Kernel kernel) throws IOException {
    return new KernelKqueue(kernel, create(kernel));
  }

  /** {@return the descriptor of a new kqueue} */
  static int create(Kernel kernel) throws IOException {
    int fd = kernel.kqueue();
    if (fd < 0) {
      throw Failures.of(kernel.platform(), "kqueue", null, fd);
    }
    return fd;
  }

  @Override
  public int kevent(long changes, int nchanges, long events, int nevents, long timespec) {
    return kevent(kernel, changes, nchanges, events, nevents, timespec);
  }

  @Override
  public int kevent(
      Kernel caller, long changes, int nchanges, long events, int nevents, long timespec) {
    checkRoom(nchanges, events, nevents);
    return caller.kevent(fd, changes, nchanges, events, nevents, timespec);
  }

  /**
   * Refuses arrays that DragonFly would misuse. Without room for the answer to a failed change it
   * writes beyond the event array. A non-null event array of length 0 counts as one with room.
   */
  private static void checkRoom(int nchanges, long events, int nevents) {
    if (nevents == 0 ? events != 0 : nevents < nchanges) {
      throw new IllegalArgumentException(
          "kevent with "
              + nchanges
              + " changes and room for "
              + nevents
              + " events: give room for an answer to each change, or a null list without any");
    }
  }

  @Override
  public void forget(int descriptor) {
    // The kernel removes the knotes of a descriptor when it is closed.
  }

  @Override
  public void release(int descriptor) {
    // The kernel keeps only knotes, which are already deleted.
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
    if (!closed) {
      closed = true;
      Descriptors.close(kernel, fd);
    }
  }
}
