package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;

/** Tries whether NOTE_LOWAT keeps EVFILT_READ silent about data, and only about data. */
final class SentinelProbe {
  private static final int SOON_MILLIS = 250;
  private static final int INT = 4;

  private final Kernel kernel;
  private final KqueueConstants facts;

  SentinelProbe(Kernel kernel, KqueueConstants facts) {
    this.kernel = kernel;
    this.facts = facts;
  }

  boolean lowatHolds() throws IOException {
    Platform platform = kernel.platform();
    long fds = NativeMemory.allocate(2 * INT);
    try {
      int unix = platform.get(Constant.AF_UNIX);
      int stream = platform.get(Constant.SOCK_STREAM);
      int result = kernel.socketpair(unix, stream, 0, fds);
      if (result < 0) {
        if (Failures.isPassing(platform, result)) {
          // Or what was not learnt would be taken for known from now on.
          throw Failures.of(platform, "socketpair", "probe", result);
        }
        // Without NOTE_LOWAT a sentinel works anywhere.
        return false;
      }
      return lowatHolds(Memory.getInt(fds), Memory.getInt(fds + INT), fds);
    } finally {
      NativeMemory.free(fds);
    }
  }

  private boolean lowatHolds(int fd, int peer, long anyByte) throws IOException {
    boolean peerOpen = true;
    try (ProbeQueue queue = new ProbeQueue(kernel, facts)) {
      int flags = facts.add | facts.clear;
      if (kernel.write(peer, anyByte, 1) != 1) {
        return false;
      }
      queue.with(fd, facts.read, flags, facts.lowat, KqueueConstants.NEVER_REACHED);
      if (queue.await(0)) {
        return false;
      }
      kernel.close(peer);
      peerOpen = false;
      return queue.await(SOON_MILLIS) && queue.event().isEof(0);
    } finally {
      // Nobody else has these two, so that closing them cannot go wrong in a way that matters.
      kernel.close(fd);
      if (peerOpen) {
        kernel.close(peer);
      }
    }
  }
}
