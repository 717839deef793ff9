package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/**
 * Ends the wait of another thread. The eventfd is registered edge-triggered and is never read. Each
 * write is an edge, and the counter of 64 bits does not overflow.
 */
final class EventFd {
  private final Kernel kernel;
  private final int fd;
  private final long one;

  /** Takes over the eventfd, which {@link #close} closes. */
  EventFd(Kernel kernel, int fd) {
    this.kernel = kernel;
    this.fd = fd;
    one = NativeMemory.allocate(8);
    Memory.putLong(one, 1);
  }

  /** {@return the descriptor of a new eventfd, or the negative errno} */
  static int create(Kernel kernel) {
    Platform platform = kernel.platform();
    int flags = platform.get(Constant.EFD_NONBLOCK) | platform.get(Constant.EFD_CLOEXEC);
    return kernel.eventfd(0, flags);
  }

  /** {@return 0 or the negative errno} */
  int addTo(MainEpoll main, EpollConstants e) {
    return main.addOwn(fd, e.in | e.edge, Epoll.EVENTFD);
  }

  /** Wakes one of the waiting threads; returns 0 or the negative errno. */
  int signal() {
    return (int) Math.min(kernel.write(fd, one, 8), 0);
  }

  void close() {
    NativeMemory.free(one);
    Descriptors.close(kernel, fd);
  }
}
