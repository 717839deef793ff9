package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;

/** A pipe that is readable by a byte in it, for systems without EVFILT_USER. */
final class PipeWakeup implements Wakeup {
  // A sleep leaves one byte at most, so one read empties the pipe.
  private static final int ROOM = 64;
  private static final int INT = 4;

  private final Kqueue kqueue;
  private final Kernel kernel;
  private final Platform platform;
  private final int filter;
  private final int readEnd;
  private final int writeEnd;
  private final long buffer = NativeMemory.allocate(ROOM);

  private PipeWakeup(Kqueue kqueue, Kernel kernel, int filter, int readEnd, int writeEnd) {
    this.kqueue = kqueue;
    this.kernel = kernel;
    this.platform = kernel.platform();
    this.filter = filter;
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
  }

  static PipeWakeup open(Kqueue kqueue, Kernel kernel, KqueueConstants c) throws IOException {
    long fds = NativeMemory.allocate(2 * INT);
    try {
      boolean atomic = kernel.has(Call.PIPE2);
      String call = atomic ? "pipe2" : "pipe";
      int result = atomic ? pipe2(kernel, fds) : kernel.pipe(fds);
      if (atomic && Failures.mayBeForbidden(kernel.platform(), result)) {
        atomic = false;
        result = kernel.pipe(fds);
      }
      check(c, call, "wakeup", result);
      PipeWakeup wakeup =
          new PipeWakeup(kqueue, kernel, c.read, Memory.getInt(fds), Memory.getInt(fds + INT));
      try {
        if (!atomic) {
          wakeup.setFlags(c, wakeup.readEnd);
          wakeup.setFlags(c, wakeup.writeEnd);
        }
        // Level-triggered: a byte that stays in the pipe is reported again.
        int added = ImmediateChanges.apply(kqueue, wakeup.readEnd, c.read, c.add, 0, 0);
        check(c, "kevent", "EVFILT_READ EV_ADD of the wakeup's pipe", added);
        return wakeup;
      } catch (Throwable t) {
        wakeup.close();
        throw t;
      }
    } finally {
      NativeMemory.free(fds);
    }
  }

  private static int pipe2(Kernel kernel, long fds) {
    Platform platform = kernel.platform();
    return kernel.pipe2(fds, platform.get(Constant.O_NONBLOCK) | platform.get(Constant.O_CLOEXEC));
  }

  private void setFlags(KqueueConstants c, int fd) throws IOException {
    int nonblock = platform.get(Constant.O_NONBLOCK);
    int cloexec = platform.get(Constant.FD_CLOEXEC);
    check(c, "fcntl", "O_NONBLOCK", kernel.fcntl(fd, platform.get(Constant.F_SETFL), nonblock));
    check(c, "fcntl", "FD_CLOEXEC", kernel.fcntl(fd, platform.get(Constant.F_SETFD), cloexec));
  }

  private static void check(KqueueConstants c, String operation, String subject, int result)
      throws IOException {
    if (result < 0) {
      throw Failures.of(c.platform, operation, subject, result);
    }
  }

  @Override
  public Kind kind() {
    return Kind.PIPE;
  }

  @Override
  public boolean isEvent(int filter, long ident) {
    return filter == this.filter && ident == readEnd;
  }

  @Override
  public int trigger() {
    // The byte's value has no meaning, so the loop may read into the buffer at the same time.
    long result;
    do {
      result = kernel.write(writeEnd, buffer, 1);
    } while (platform.is(Errno.EINTR, (int) -result));
    // EAGAIN: the pipe is full, so it is readable.
    return platform.is(Errno.EAGAIN, (int) -result) ? 0 : (int) result;
  }

  @Override
  public int consumed(int filter, long ident) {
    long result = kernel.read(readEnd, buffer, ROOM);
    // EAGAIN: a stale event on NetBSD. EINTR: the byte is still there, and is reported again.
    boolean harmless =
        platform.is(Errno.EAGAIN, (int) -result) || platform.is(Errno.EINTR, (int) -result);
    return harmless ? 0 : (int) result;
  }

  @Override
  public void close() {
    try {
      kqueue.forget(readEnd);
    } finally {
      // Closing an end of a pipe cannot lose anything; whatever errno says, the descriptor is gone.
      kernel.close(readEnd);
      kernel.close(writeEnd);
      NativeMemory.free(buffer);
    }
  }
}
