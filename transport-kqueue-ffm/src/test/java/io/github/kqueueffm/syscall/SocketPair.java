package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;

/** Opens two local sockets that are connected to each other. */
public final class SocketPair {
  private SocketPair() {}

  /**
   * {@return the descriptors of both}
   *
   * @param type SOCK_STREAM or SOCK_DGRAM
   */
  public static int[] open(Kernel kernel, Constant type) {
    long memory = NativeMemory.allocate(2L * Integer.BYTES);
    try {
      int unix = kernel.platform().get(Constant.AF_UNIX);
      assertThat(kernel.socketpair(unix, kernel.platform().get(type), 0, memory)).isZero();
      return new int[] {Memory.getInt(memory), Memory.getInt(memory + Integer.BYTES)};
    } finally {
      NativeMemory.free(memory);
    }
  }
}
