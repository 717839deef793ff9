package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import java.io.File;

/** The descriptors that this process has open, for what looks for a leak. */
public final class OpenDescriptors {
  /** More than a test opens; where there is no list each number is tried. */
  private static final int MOST = 4096;

  private OpenDescriptors() {}

  /** How many there are, by Linux's list of them or by asking for each. */
  public static int count() {
    // That of Linux alone: /dev/fd of a BSD shows three of them unless fdescfs is mounted.
    String[] listed = new File("/proc/self/fd").list();
    return listed == null ? count(Kernels.system()) : listed.length;
  }

  /** How many of the numbers below {@value #MOST} fcntl(2) knows. */
  static int count(Kernel kernel) {
    int flags = kernel.platform().get(Constant.F_GETFD);
    int open = 0;
    for (int fd = 0; fd < MOST; fd++) {
      if (kernel.fcntl(fd, flags, 0) >= 0) {
        open++;
      }
    }
    return open;
  }
}
