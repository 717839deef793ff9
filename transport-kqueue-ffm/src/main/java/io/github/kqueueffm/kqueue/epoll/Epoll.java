package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Kernel;

/** One epoll descriptor. {@code add}, {@code modify} and {@code delete} by one thread at a time. */
final class Epoll {
  /** Tokens below 0 are not of a descriptor of the user's. */
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

  /** How many threads are in it or about to be. */
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

  /** A descriptor for {@link #of}, or the negative errno. */
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

  /** What is ready now, without waiting. */
  int poll(EpollEvents events, int max) {
    return kernel.epollWait(fd, events.address(), max, 0);
  }

  /** Waits for nothing, to see whether it may; not while something can be ready. */
  int tryWait() {
    return kernel.epollWait(fd, argument.address(), 1, 0);
  }

  void close() {
    argument.free();
    Descriptors.close(kernel, fd);
  }
}
