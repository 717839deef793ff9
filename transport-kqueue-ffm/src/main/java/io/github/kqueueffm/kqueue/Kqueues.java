package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;

/** Opens kqueues. */
public final class Kqueues {
  private Kqueues() {}

  /**
   * Opens the kernel's kqueue, or a user's library's; on Linux without such a library one over
   * epoll.
   *
   * @param kernel for all threads or {@linkplain Kernel#forThread() for one}; the kqueue over epoll
   *     opens further ones for its threads, the kernel's kqueue makes its calls on this one
   * @throws IOException with the call and the errno: usually EMFILE or ENFILE
   */
  public static Kqueue open(Kernel kernel) throws IOException {
    if (!kernel.has(Call.KQUEUE) || !kernel.has(Call.KEVENT)) {
      return EpollKqueue.open(kernel, false);
    }
    return isLibkqueue(kernel) ? Libkqueue.open(kernel) : KernelKqueue.open(kernel);
  }

  /** Whether {@link #open} gives libkqueue's. */
  public static boolean isLibkqueue(Kernel kernel) {
    return kernel.platform().isLinux() && kernel.has(Call.KQUEUE) && kernel.has(Call.KEVENT);
  }

  /**
   * Opens an embedded kqueue whose events have {@code data} (bytes that can be read) and {@code
   * fflags} (the errno of a failed socket). That costs a system call or two per event, and takes
   * the errno from the socket: a later recv shows a clean end of stream.
   *
   * @param kernel Linux's
   * @throws IOException with the call and the errno
   */
  public static Kqueue openDetailed(Kernel kernel) throws IOException {
    return EpollKqueue.open(kernel, true);
  }
}
