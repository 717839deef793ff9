package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/**
 * Accepts a listener's connections with all flags set: by accept4, or by accept and fcntl where
 * accept4 is missing or forbidden.
 */
final class Acceptor {
  private final OptionalCall withFlags;

  Acceptor(Kernel kernel) {
    withFlags = new OptionalCall(kernel.has(Call.ACCEPT4));
  }

  /** See {@link KernelSocket#accept}. */
  int accept(Kernel kernel, int listener, long address, long length) {
    if (!withFlags.isUsable()) {
      return plain(kernel, listener, address, length);
    }
    int refusal = accept4(kernel, listener, address, length);
    if (refusal >= 0 || !Failures.mayBeForbidden(kernel.platform(), refusal)) {
      withFlags.worked();
      return refusal;
    }
    int accepted = plain(kernel, listener, address, length);
    if (accepted >= 0) {
      withFlags.refused(kernel.platform(), Call.ACCEPT4, refusal);
    }
    return accepted;
  }

  private static int accept4(Kernel kernel, int listener, long address, long length) {
    Platform platform = kernel.platform();
    int flags = Descriptors.creationFlags(platform);
    int accepted;
    do {
      accepted = kernel.accept4(listener, address, length, flags);
      // EINTR: no connection was accepted, and it still waits.
    } while (platform.is(Errno.EINTR, -accepted));
    return accepted;
  }

  private static int plain(Kernel kernel, int listener, long address, long length) {
    Platform platform = kernel.platform();
    int accepted;
    do {
      accepted = kernel.accept(listener, address, length);
      // EINTR: no connection was accepted, and it still waits.
    } while (platform.is(Errno.EINTR, -accepted));
    if (accepted < 0) {
      return accepted;
    }
    int result = Descriptors.setFlags(kernel, accepted);
    if (result < 0) {
      // The connection was never used, so a failing close loses nothing.
      kernel.close(accepted);
      return Descriptors.isReset(platform, -result) ? -platform.number(Errno.ECONNABORTED) : result;
    }
    return accepted;
  }
}
