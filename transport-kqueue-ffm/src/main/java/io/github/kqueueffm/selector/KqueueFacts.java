package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/** The numbers of one platform that every turn of a loop needs, in fields. */
final class KqueueFacts {
  /** Where a platform has no EVFILT_USER; no filter has this number. */
  static final int NO_FILTER = Integer.MIN_VALUE;

  /**
   * No socket buffer is that large, so that data alone never reaches this low-water mark. Honoured
   * by NetBSD, FreeBSD (so_error and EOF fire regardless); Darwin clamps it to the buffer's size.
   */
  static final long NEVER_REACHED = 0x7fff_ffffL;

  final Platform platform;
  final int read;
  final int write;
  final int timer;
  final int user;
  final int add;
  final int delete;
  final int enable;
  final int oneshot;
  final int clear;
  final int eof;
  final int error;
  final int lowat;
  final int trigger;
  final int eintr;
  final int enoent;
  final int ebadf;

  KqueueFacts(Platform platform) {
    this.platform = platform;
    read = platform.get(Constant.EVFILT_READ);
    write = platform.get(Constant.EVFILT_WRITE);
    timer = platform.get(Constant.EVFILT_TIMER);
    user = platform.getOr(Constant.EVFILT_USER, NO_FILTER);
    add = platform.get(Constant.EV_ADD);
    delete = platform.get(Constant.EV_DELETE);
    enable = platform.get(Constant.EV_ENABLE);
    oneshot = platform.get(Constant.EV_ONESHOT);
    clear = platform.get(Constant.EV_CLEAR);
    eof = platform.get(Constant.EV_EOF);
    error = platform.get(Constant.EV_ERROR);
    lowat = platform.get(Constant.NOTE_LOWAT);
    trigger = platform.getOr(Constant.NOTE_TRIGGER, 0);
    eintr = platform.number(Errno.EINTR);
    enoent = platform.number(Errno.ENOENT);
    ebadf = platform.number(Errno.EBADF);
  }

  boolean isEof(int flags) {
    return (flags & (eof | error)) == eof;
  }

  /**
   * The errno in the fflags of an event with EV_EOF, 0 if there is none. A provider without one can
   * give back the NOTE_LOWAT of the change, whose number is EPERM's, which no socket ends with.
   */
  int errnoOfEof(int fflags) {
    return fflags == lowat ? 0 : fflags;
  }

  /** Whether it is a failed change, and not an EV_RECEIPT that says "done" with an errno of 0. */
  boolean isError(int flags, long data) {
    return (flags & error) != 0 && data != 0;
  }

  /** Whether it is an EV_RECEIPT's answer for a change that was applied. */
  boolean isReceipt(int flags, long data) {
    return (flags & error) != 0 && data == 0;
  }

  String filterName(int filter) {
    if (filter == read) {
      return "EVFILT_READ";
    }
    if (filter == write) {
      return "EVFILT_WRITE";
    }
    if (filter == timer) {
      return "EVFILT_TIMER";
    }
    return filter == user ? "EVFILT_USER" : "filter " + filter;
  }
}
