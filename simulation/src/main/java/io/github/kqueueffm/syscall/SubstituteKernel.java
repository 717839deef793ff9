package io.github.kqueueffm.syscall;

/** Makes another kernel the one of this JVM. */
public final class SubstituteKernel {
  private SubstituteKernel() {}

  /** Does so. It has to be called before the first use of the transport. */
  public static void use(Kernel kernel) {
    Kernels.substitute(kernel);
  }
}
