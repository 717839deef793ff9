package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/** A descriptor that a peer sent. Whoever gets it closes it, without Netty's native library. */
final class ReceivedFileDescriptor extends FileDescriptor {
  private final Kernel kernel;

  ReceivedFileDescriptor(Kernel kernel, int fd) {
    super(fd);
    this.kernel = kernel;
  }

  @Override
  public void close() throws IOException {
    if (!markClosed()) {
      return;
    }
    int result = kernel.close(intValue());
    Platform platform = kernel.platform();
    // EINTR, EINPROGRESS: the descriptor is gone all the same.
    if (result < 0
        && !platform.is(Errno.EINTR, -result)
        && !platform.is(Errno.EINPROGRESS, -result)) {
      throw Failures.of(platform, "close", "fd " + intValue(), result);
    }
  }
}
