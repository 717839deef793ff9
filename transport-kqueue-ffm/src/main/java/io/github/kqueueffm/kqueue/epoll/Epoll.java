package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Kernel;

/**
 * One epoll descriptor. Only one thread at a time may call {@code add}, {@code modify} and {@code
 * delete}.
 */
final class Epoll {
  /** Tokens below 0 belong to the kqueue's internal descriptors. */
  static final long EVENTFD = -1;

  static final long TIMERFD = -2;
  static final long READ_EDGES = -3;
  static final long WRITE_EDGES = -4;

  private final Kernel kernel;
  private final int ctlAdd;
  private final int ctlModify;
  private final int ctlDelete;
  private final EpollEvents argument;
  private final int fd;

  /** The number of threads that wait in this epoll or are about to. */
  int users;

  private Epoll(Kernel kernel, int fd) {
    Platform platform = kernel.platform();
    this.kernel = kernel;
    this.fd = fd;
    ctlAdd = platform.get(Constant.EPOLL_CTL_ADD);
    ctlModify = platform.get(Constant.EPOLL_CTL_MOD);
    ctlDelete = platform.get(Constant.EPOLL_CTL_DEL);
    argument = new EpollEvents(platform, 1);
  }

  /** {@return a descriptor for {@link #of}, or the negative errno} */
  static int create(Kernel kernel) {
    return kernel.epollCreate1(kernel.platform().get(Constant.EPOLL_CLOEXEC));
  }

  static Epoll of(Kernel kernel, int epollDescriptor) {
    return new Epoll(kernel, epollDescriptor);
  }

  int fd() {
    return fd;
  }

  int add(int descriptor, int mask, long token) {
    argument.put(0, mask, token);
    return kernel.epollCtl(fd, ctlAdd, descriptor, argument.address());
  }

  int modify(int descriptor, int mask, long token) {
    argument.put(0, mask, token);
    return kernel.epollCtl(fd, ctlModify, descriptor, argument.address());
  }

  int delete(int descriptor) {
    return kernel.epollCtl(fd, ctlDelete, descriptor, argument.address());
  }

  /** Takes reports without waiting; returns their number or the negative errno. */
  int poll(EpollEvents events, int max) {
    return kernel.epollWait(fd, events.address(), max, 0);
  }

  /**
   * Calls epoll_wait without waiting, to check that it is permitted. No descriptor may be ready. A
   * signal can end even this wait, and proves that it is permitted.
   */
  int tryWait() {
    int result = kernel.epollWait(fd, argument.address(), 1, 0);
    return kernel.platform().is(Errno.EINTR, -result) ? 0 : result;
  }

  void close() {
    argument.free();
    Descriptors.close(kernel, fd);
  }
}
