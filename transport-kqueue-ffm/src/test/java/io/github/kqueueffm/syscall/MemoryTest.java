package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {
  private static final int ROOM = 64;
  private static final int BEFORE = 4;

  private final long memory = NativeMemory.allocate(ROOM);

  @AfterEach
  void free() {
    NativeMemory.free(memory);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 28, 56})
  void clearZeroesTheseBytesAndNoOthers(int length) {
    byte[] expected = new byte[ROOM];
    for (int i = 0; i < ROOM; i++) {
      Memory.putByte(memory + i, i + 1);
      expected[i] = (byte) (i >= BEFORE && i < BEFORE + length ? 0 : i + 1);
    }
    Memory.clear(memory + BEFORE, length);
    assertThat(bytes()).isEqualTo(expected);
  }

  private byte[] bytes() {
    byte[] bytes = new byte[ROOM];
    Memory.copy(memory, bytes, 0, ROOM);
    return bytes;
  }
}
