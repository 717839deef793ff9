package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;

/** Opens kqueues. */
public final class Kqueues {
  private Kqueues() {}

  /**
   * Opens one on the kernel's kqueue.
   *
   * @throws IOException if the kernel refuses
   */
  public static Kqueue open(Kernel kernel) throws IOException {
    if (!kernel.has(Call.KQUEUE) || !kernel.has(Call.KEVENT)) {
      throw new UnsupportedOperationException("no kqueue in " + kernel.describe());
    }
    return SystemKqueue.open(kernel);
  }
}
