package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import java.io.File;

/** Counts the descriptors that this process has open, to find leaks. */
public final class OpenDescriptors {
  /** More than a test opens. Without a list of descriptors each number up to it is tried. */
  private static final int MOST = 4096;

  private OpenDescriptors() {}

  /** {@return the number of open descriptors, by Linux's list or by asking for each} */
  public static int count() {
    // Only Linux's list is complete: /dev/fd of a BSD shows three unless fdescfs is mounted.
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
