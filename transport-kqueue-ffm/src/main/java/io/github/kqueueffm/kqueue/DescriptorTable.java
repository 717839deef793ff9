package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Kernel;
import java.util.Arrays;

/** The descriptors by number. */
final class DescriptorTable {
  private final Kernel kernel;
  private final int getFlags;
  private Descriptor[] byNumber = new Descriptor[256];

  DescriptorTable(Kernel kernel) {
    this.kernel = kernel;
    this.getFlags = kernel.platform().get(Constant.F_GETFD);
  }

  /** The descriptor of that number, or {@code null} if it was never added. */
  Descriptor get(int fd) {
    return fd >= 0 && fd < byNumber.length ? byNumber[fd] : null;
  }

  /** Every number below this may have been added. */
  int size() {
    return byNumber.length;
  }

  /** Makes the entry, or returns {@code null} if the number is of no open descriptor. */
  Descriptor create(int fd) {
    if (fd >= byNumber.length) {
      // Asked first, so that a wild number does not make a wild array. The kernel has an array of
      // its own up to the highest open descriptor.
      if (kernel.fcntl(fd, getFlags, 0) < 0) {
        return null;
      }
    }
    return createOpen(fd);
  }

  /** Makes the entry of a descriptor that is known to be open. */
  Descriptor createOpen(int fd) {
    if (fd >= byNumber.length) {
      byNumber = Arrays.copyOf(byNumber, Integer.highestOneBit(fd) << 1);
    }
    Descriptor made = new Descriptor(fd);
    byNumber[fd] = made;
    return made;
  }
}
