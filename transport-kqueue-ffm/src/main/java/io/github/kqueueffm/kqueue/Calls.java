package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;

/** What to do with the answers of calls on the descriptors that a kqueue consists of. */
final class Calls {
  private Calls() {}

  static void close(Kernel kernel, int fd) {
    int result = kernel.close(fd);
    // EINTR: the descriptor is gone all the same, and closing it again could hit another one.
    if (result < 0 && !kernel.platform().is(Errno.EINTR, -result)) {
      throw unexpected(kernel, "close(" + fd + ")", result);
    }
  }

  /** For an errno that the call does not give unless there is a bug. */
  static IllegalStateException unexpected(Kernel kernel, String call, long result) {
    return new IllegalStateException(call + ": " + Failures.text(kernel.platform(), (int) result));
  }
}
