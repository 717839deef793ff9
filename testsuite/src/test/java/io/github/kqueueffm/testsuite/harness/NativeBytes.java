package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/**
 * Native memory for a call.
 *
 * @param address where it is
 */
record NativeBytes(long address) implements AutoCloseable {

  NativeBytes(int length) {
    this(NativeMemory.allocate(Math.max(1, length)));
  }

  void put(byte[] bytes, int offset, int length) {
    Memory.copy(bytes, offset, address, length);
  }

  void get(byte[] bytes, int offset, int length) {
    Memory.copy(address, bytes, offset, length);
  }

  @Override
  public void close() {
    NativeMemory.free(address);
  }
}
