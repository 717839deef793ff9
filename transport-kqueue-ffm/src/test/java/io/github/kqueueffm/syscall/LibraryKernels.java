package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Platform;

/** Kernels on a library that a test names, where a user would set the property. */
public final class LibraryKernels {
  private LibraryKernels() {}

  public static Kernel open(String library) {
    return Kernels.open(Platform.current(), library);
  }
}
