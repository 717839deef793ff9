package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/** The platform's numbers that the embedded kqueue works with, looked up once. */
final class Numbers {
  final int filterRead;
  final int filterWrite;
  final int filterTimer;
  final int filterUser;

  final int add;
  final int delete;
  final int enable;
  final int disable;
  final int oneshot;
  final int clear;
  final int receipt;
  final int dispatch;
  final int eof;
  final int error;

  /** The flags that a knote keeps from its EV_ADD and shows in its events. */
  final int lasting;

  final int lowat;
  final int trigger;
  final int fflagsAnd;
  final int fflagsOr;
  final int fflagsCopy;
  final int fflagsControl;
  final int fflagsMask;

  final int in;
  final int out;
  final int rdhup;
  final int hup;
  final int err;

  /** EPOLLHUP and EPOLLERR, which are reported whatever the mask is. */
  final int hangUp;

  final int edge;

  final int ebadf;
  final int eexist;
  final int eintr;
  final int einval;
  final int enoent;
  final int eperm;

  Numbers(Platform p) {
    filterRead = p.get(Constant.EVFILT_READ);
    filterWrite = p.get(Constant.EVFILT_WRITE);
    filterTimer = p.get(Constant.EVFILT_TIMER);
    filterUser = p.get(Constant.EVFILT_USER);
    add = p.get(Constant.EV_ADD);
    delete = p.get(Constant.EV_DELETE);
    enable = p.get(Constant.EV_ENABLE);
    disable = p.get(Constant.EV_DISABLE);
    oneshot = p.get(Constant.EV_ONESHOT);
    clear = p.get(Constant.EV_CLEAR);
    receipt = p.get(Constant.EV_RECEIPT);
    dispatch = p.get(Constant.EV_DISPATCH);
    eof = p.get(Constant.EV_EOF);
    error = p.get(Constant.EV_ERROR);
    lasting = oneshot | clear | dispatch | receipt;
    lowat = p.get(Constant.NOTE_LOWAT);
    trigger = p.get(Constant.NOTE_TRIGGER);
    fflagsAnd = p.get(Constant.NOTE_FFAND);
    fflagsOr = p.get(Constant.NOTE_FFOR);
    fflagsCopy = p.get(Constant.NOTE_FFCOPY);
    fflagsControl = p.get(Constant.NOTE_FFCTRLMASK);
    fflagsMask = p.get(Constant.NOTE_FFLAGSMASK);
    in = p.get(Constant.EPOLLIN);
    out = p.get(Constant.EPOLLOUT);
    rdhup = p.get(Constant.EPOLLRDHUP);
    hup = p.get(Constant.EPOLLHUP);
    err = p.get(Constant.EPOLLERR);
    hangUp = hup | err;
    edge = p.get(Constant.EPOLLET);
    ebadf = p.number(Errno.EBADF);
    eexist = p.number(Errno.EEXIST);
    eintr = p.number(Errno.EINTR);
    einval = p.number(Errno.EINVAL);
    enoent = p.number(Errno.ENOENT);
    eperm = p.number(Errno.EPERM);
  }

  /**
   * Whether EPOLL_CTL_MOD or EPOLL_CTL_DEL failed because the descriptor is closed or is another
   * file by now, such as one that cannot be polled (EPERM).
   */
  boolean isGone(int result) {
    return result == -enoent || result == -ebadf || result == -eperm;
  }
}
