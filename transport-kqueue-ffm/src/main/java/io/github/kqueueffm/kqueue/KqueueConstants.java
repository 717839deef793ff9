package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/** The constants of kqueue on one platform, in fields, because every kevent call needs some. */
public final class KqueueConstants {
  /** In place of EVFILT_USER where a platform lacks it. No filter has this number. */
  public static final int NO_FILTER = Integer.MIN_VALUE;

  /**
   * A low-water mark that data never reaches, because no socket buffer is that large. NetBSD and
   * FreeBSD honour it, and report so_error and EOF regardless of it. Darwin clamps it to the size
   * of the buffer.
   */
  public static final long NEVER_REACHED = 0x7fff_ffffL;

  public final Platform platform;

  public final int read;
  public final int write;
  public final int timer;
  public final int user;

  public final int add;
  public final int delete;
  public final int enable;
  public final int disable;
  public final int oneshot;
  public final int clear;
  public final int receipt;
  public final int dispatch;
  public final int eof;
  public final int error;

  /** The flags that a knote keeps from its EV_ADD and repeats in its events. */
  public final int lasting;

  public final int lowat;
  public final int trigger;

  public final int ebadf;
  public final int eintr;
  public final int einval;
  public final int enoent;

  public KqueueConstants(Platform platform) {
    this.platform = platform;
    read = platform.get(Constant.EVFILT_READ);
    write = platform.get(Constant.EVFILT_WRITE);
    timer = platform.get(Constant.EVFILT_TIMER);
    user = platform.getOr(Constant.EVFILT_USER, NO_FILTER);
    add = platform.get(Constant.EV_ADD);
    delete = platform.get(Constant.EV_DELETE);
    enable = platform.get(Constant.EV_ENABLE);
    disable = platform.get(Constant.EV_DISABLE);
    oneshot = platform.get(Constant.EV_ONESHOT);
    clear = platform.get(Constant.EV_CLEAR);
    receipt = platform.get(Constant.EV_RECEIPT);
    dispatch = platform.get(Constant.EV_DISPATCH);
    eof = platform.get(Constant.EV_EOF);
    error = platform.get(Constant.EV_ERROR);
    lasting = oneshot | clear | dispatch | receipt;
    lowat = platform.get(Constant.NOTE_LOWAT);
    trigger = platform.getOr(Constant.NOTE_TRIGGER, 0);
    ebadf = platform.number(Errno.EBADF);
    eintr = platform.number(Errno.EINTR);
    einval = platform.number(Errno.EINVAL);
    enoent = platform.number(Errno.ENOENT);
  }

  /** Whether a change has both EV_ENABLE and EV_DISABLE, to which a kqueue answers EINVAL. */
  public boolean isContradiction(int flags) {
    return (flags & (enable | disable)) == (enable | disable);
  }

  public boolean isEof(int flags) {
    return (flags & (eof | error)) == eof;
  }

  /**
   * {@return the errno in the fflags of an event with EV_EOF, or 0} A provider without an errno may
   * return the NOTE_LOWAT of the change. Its number is that of EPERM, with which no socket ends.
   */
  public int errnoOfEof(int fflags) {
    return fflags == lowat ? 0 : fflags;
  }

  /**
   * Whether an event is the answer to a failed change. An EV_RECEIPT for an applied change has an
   * errno of 0.
   */
  public boolean isError(int flags, long data) {
    return (flags & error) != 0 && data != 0;
  }

  /** Whether an event is the EV_RECEIPT for an applied change. */
  public boolean isReceipt(int flags, long data) {
    return (flags & error) != 0 && data == 0;
  }

  public String filterName(int filter) {
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
