package io.github.kqueueffm.testsuite.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/** A pipe as other native code would make it: descriptors that no channel owns. */
final class Pipe implements AutoCloseable {
  /** The same number everywhere. */
  private static final int F_DUPFD = 0;

  private final Kernel kernel = Kernels.system();
  private int source;
  private final int sink;

  Pipe() {
    long fds = NativeMemory.allocate(2 * Integer.BYTES);
    try {
      assertThat(kernel.pipe(fds)).isZero();
      source = Memory.getInt(fds);
      sink = Memory.getInt(fds + Integer.BYTES);
    } finally {
      NativeMemory.free(fds);
    }
  }

  /** The end to read from. */
  int source() {
    return source;
  }

  /** Moves the end to read from to a number that is free. */
  void moveSourceTo(int number) {
    int moved = kernel.fcntl(source, F_DUPFD, number);
    assertThat(moved).as("the descriptor was just closed, so its number is free").isEqualTo(number);
    closeSource();
    source = moved;
  }

  void closeSource() {
    assertThat(kernel.close(source)).isZero();
    source = -1;
  }

  /** Makes the other end readable. */
  void write() {
    long memory = NativeMemory.allocate(1);
    try {
      assertThat(kernel.write(sink, memory, 1)).isEqualTo(1);
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Override
  public void close() {
    if (source >= 0) {
      closeSource();
    }
    assertThat(kernel.close(sink)).isZero();
  }
}
