package io.github.kqueueffm.syscall;

/** A kernel with a trace that a test reads. */
public final class TracedKernel {
  private TracedKernel() {}

  /** {@return the kernel with its calls traced} */
  public static Kernel of(Kernel kernel, String calls, TraceSink sink) {
    return Trace.over(kernel, calls, sink);
  }
}
