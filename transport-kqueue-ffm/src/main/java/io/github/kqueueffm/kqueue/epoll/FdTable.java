package io.github.kqueueffm.kqueue.epoll;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Kernel;
import java.util.Arrays;

/** The descriptors by number. */
final class FdTable {
  private final Kernel kernel;
  private final int getFlags;
  private Fd[] byNumber = new Fd[256];

  FdTable(Kernel kernel) {
    this.kernel = kernel;
    this.getFlags = kernel.platform().get(Constant.F_GETFD);
  }

  /** {@return the descriptor of that number, or {@code null} if it was never added} */
  Fd find(int number) {
    return number >= 0 && number < byNumber.length ? byNumber[number] : null;
  }

  /**
   * {@return the descriptor that epoll has reported with that token, or {@code null} if it is gone}
   */
  Fd findByToken(long token) {
    Fd found = find(Fd.numberOf(token));
    return found != null && found.token() == token ? found : null;
  }

  /** {@return the descriptor of that number, or {@code null} if it is new and not open} */
  Fd findOrCreate(int number) {
    Fd found = find(number);
    if (found != null) {
      return found;
    }
    // Only an open number may enlarge the array, so a wrong number cannot make it huge. The kernel
    // also has an array up to the highest open descriptor.
    return number >= byNumber.length && !isOpen(number) ? null : create(number);
  }

  /** {@return a bound above every number that was added} */
  int size() {
    return byNumber.length;
  }

  boolean isOpen(int number) {
    return flagsOf(number) >= 0;
  }

  /** {@return the result of F_GETFD, or the negative errno} */
  int flagsOf(int number) {
    return kernel.fcntl(number, getFlags, 0);
  }

  private Fd create(int number) {
    if (number >= byNumber.length) {
      byNumber = Arrays.copyOf(byNumber, Integer.highestOneBit(number) << 1);
    }
    Fd made = new Fd(number);
    byNumber[number] = made;
    return made;
  }

  /**
   * Has to be called with each descriptor that the kqueue opens for itself. An earlier descriptor
   * of that number was closed without {@code forget}, and a change must not find it.
   */
  void own(int number) {
    Fd fd = find(number);
    if (fd == null) {
      fd = create(number);
    }
    fd.reset();
    fd.own = true;
  }

  /** Has to be called before such a descriptor is closed, unless the whole kqueue is closed. */
  void disown(int number) {
    find(number).own = false;
  }
}
