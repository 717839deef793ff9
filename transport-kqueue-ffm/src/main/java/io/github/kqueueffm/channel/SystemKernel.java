package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;

/** The kernel of this JVM. A trace of its calls goes to Netty's logging. */
final class SystemKernel {
  static {
    if (Kernels.isTraced()) {
      TraceLog.install();
    }
  }

  private SystemKernel() {}

  /**
   * {@return the kernel for all threads}
   *
   * @throws UnsupportedOperationException if it is not available
   */
  static Kernel get() {
    return Kernels.system();
  }

  /** {@return the reason why {@link #get()} throws, or {@code null} if it does not} */
  static Throwable unavailabilityCause() {
    return Kernels.unavailabilityCause();
  }
}
