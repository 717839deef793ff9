package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;

/** kqueue and kevent, epoll, eventfd and timerfd. */
final class QueueCalls {
  private final World world;

  QueueCalls(World world) {
    this.world = world;
  }

  /** Whether a call can wait for events. */
  boolean isWait(Call call) {
    return call == Call.KEVENT || call == Call.EPOLL_WAIT || call == Call.EPOLL_PWAIT2;
  }

  /** kqueue, epoll_create1, eventfd and timerfd_create: a descriptor. */
  long create(Call call, long a, int flags) {
    throw new UnsupportedOperationException();
  }

  /** epoll_ctl and timerfd_settime. */
  long control(Call call, OpenFile file, long b, long c, long d) {
    throw new UnsupportedOperationException();
  }

  /**
   * kevent, epoll_wait and epoll_pwait2, with the arguments of the C functions after the
   * descriptor.
   *
   * @param fault what is to happen to this call
   */
  long await(Faults.Fault fault, Call call, int fd, long b, int c, long d, int e, long f) {
    throw new UnsupportedOperationException();
  }
}
