package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/** The constants of epoll on one platform, in fields. */
final class EpollConstants {
  final int in;
  final int out;
  final int rdhup;
  final int hup;
  final int err;

  /** EPOLLHUP and EPOLLERR, which epoll reports even if the mask lacks them. */
  final int hangUp;

  final int edge;

  final int eexist;
  private final int ebadf;
  private final int enoent;
  private final int eperm;

  EpollConstants(Platform platform) {
    in = platform.get(Constant.EPOLLIN);
    out = platform.get(Constant.EPOLLOUT);
    rdhup = platform.get(Constant.EPOLLRDHUP);
    hup = platform.get(Constant.EPOLLHUP);
    err = platform.get(Constant.EPOLLERR);
    hangUp = hup | err;
    edge = platform.get(Constant.EPOLLET);
    eexist = platform.number(Errno.EEXIST);
    ebadf = platform.number(Errno.EBADF);
    enoent = platform.number(Errno.ENOENT);
    eperm = platform.number(Errno.EPERM);
  }

  /**
   * Whether EPOLL_CTL_MOD or EPOLL_CTL_DEL failed because the descriptor is closed or now belongs
   * to another file, for example one that cannot be polled (EPERM).
   */
  boolean isGone(int result) {
    return result == -enoent || result == -ebadf || result == -eperm;
  }
}
