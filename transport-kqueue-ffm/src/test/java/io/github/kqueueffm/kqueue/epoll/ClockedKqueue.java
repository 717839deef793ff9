package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.function.LongSupplier;

/** Opens an embedded kqueue that takes the time from a test. */
public final class ClockedKqueue {
  private ClockedKqueue() {}

  public static EpollKqueue open(Kernel kernel, LongSupplier clock) throws IOException {
    return EpollKqueue.open(kernel, false, clock);
  }
}
