package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;

/** Opens kqueues. */
public final class Kqueues {
  private Kqueues() {}

  /**
   * Opens the kqueue of the kernel or of a user's library. On Linux without such a library it opens
   * one over epoll.
   *
   * @param kernel the kernel for all threads or {@linkplain Kernel#forThread() for one}. The
   *     kernel's kqueue makes its calls through it. The kqueue over epoll opens further ones for
   *     its threads.
   * @throws IOException if that fails, usually with EMFILE or ENFILE
   */
  public static Kqueue open(Kernel kernel) throws IOException {
    if (!kernel.has(Call.KQUEUE) || !kernel.has(Call.KEVENT)) {
      Kqueue embedded = EpollKqueue.open(kernel, false);
      return kernel.trace() == null ? embedded : new TracedKqueue(embedded, kernel.trace());
    }
    return isLibkqueue(kernel) ? Libkqueue.open(kernel) : KernelKqueue.open(kernel);
  }

  /** Whether {@link #open} opens a kqueue of libkqueue. */
  public static boolean isLibkqueue(Kernel kernel) {
    return kernel.platform().isLinux() && kernel.has(Call.KQUEUE) && kernel.has(Call.KEVENT);
  }

  /**
   * Opens an embedded kqueue whose events have {@code data} (the bytes that can be read) and {@code
   * fflags} (the errno of a failed socket). This costs one or two system calls per event. It takes
   * the errno from the socket, so that a later recv returns a clean end of stream.
   *
   * @param kernel a kernel of Linux
   * @throws IOException if that fails
   */
  public static Kqueue openDetailed(Kernel kernel) throws IOException {
    return EpollKqueue.open(kernel, true);
  }
}
