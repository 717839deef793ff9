package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/** A struct kevent from the kernel, with names for its numbers. */
record RawEvent(
    Platform platform, long ident, int filter, int flags, int fflags, long data, long udata) {

  boolean is(Constant filter) {
    return platform.has(filter) && platform.get(filter) == this.filter;
  }

  boolean has(Constant flag) {
    return (flags & platform.get(flag)) != 0;
  }

  /** Whether it is the answer to a change that failed with that errno. */
  boolean isError(Errno errno) {
    return has(Constant.EV_ERROR) && platform.is(errno, (int) data);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(filterName());
    for (Constant flag :
        new Constant[] {
          Constant.EV_ADD,
          Constant.EV_ENABLE,
          Constant.EV_ONESHOT,
          Constant.EV_CLEAR,
          Constant.EV_RECEIPT,
          Constant.EV_EOF,
          Constant.EV_ERROR
        }) {
      if (has(flag)) {
        text.append('|').append(flag);
      }
    }
    if (has(Constant.EV_ERROR)) {
      return text.append(data == 0 ? " 0" : " " + errno(data)).toString();
    }
    text.append(" data ").append(data);
    return fflags == 0 ? text.toString() : text.append(" fflags ").append(fflagsText()).toString();
  }

  private String fflagsText() {
    return has(Constant.EV_EOF) ? errno(fflags) : "0x" + Integer.toHexString(fflags);
  }

  private String errno(long number) {
    Errno errno = platform.errno((int) number);
    return errno != null ? errno.name() : "errno " + number;
  }

  private String filterName() {
    for (Constant name :
        new Constant[] {
          Constant.EVFILT_READ, Constant.EVFILT_WRITE, Constant.EVFILT_TIMER, Constant.EVFILT_USER
        }) {
      if (is(name)) {
        return name.name().substring("EVFILT_".length());
      }
    }
    return "filter " + filter;
  }
}
