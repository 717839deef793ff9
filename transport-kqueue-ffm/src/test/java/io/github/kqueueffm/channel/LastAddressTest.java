package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sender of a datagram is never taken for the one before unless all its bytes are the same. */
class LastAddressTest {
  private static final int ROOM = 64;

  private final LastAddress<String> last = new LastAddress<>();
  private long memory;

  @BeforeEach
  void allocate() {
    memory = NativeMemory.allocate(ROOM);
    for (int i = 0; i < ROOM; i++) {
      Memory.putByte(memory + i, i + 1);
    }
  }

  @AfterEach
  void free() {
    NativeMemory.free(memory);
  }

  @Test
  void nothingIsKnownAtFirst() {
    assertThat(last.get(memory, 0)).isNull();
    assertThat(last.get(memory, 16)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 16, 28, 32})
  void sameBytesAreTheSameAddress(int length) {
    String address = "address of " + length;
    assertThat(last.put(memory, length, address)).isSameAs(address);
    assertThat(last.get(memory, length)).isSameAs(address);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 28, 32})
  void anotherByteIsAnotherAddress(int length) {
    last.put(memory, length, "address");
    for (int i = 0; i < length; i++) {
      byte before = Memory.getByte(memory + i);
      Memory.putByte(memory + i, ~before);
      assertThat(last.get(memory, length)).as("byte " + i).isNull();
      Memory.putByte(memory + i, before);
    }
    assertThat(last.get(memory, length)).isEqualTo("address");
  }

  @Test
  void anotherLengthIsAnotherAddress() {
    last.put(memory, 16, "address");
    assertThat(last.get(memory, 12)).isNull();
    assertThat(last.get(memory, 20)).isNull();
    last.put(memory, 28, "longer");
    assertThat(last.get(memory, 28)).isEqualTo("longer");
    assertThat(last.get(memory, 16)).isNull();
  }

  /** Its last bytes would not be compared, or there is no room for them. */
  @ParameterizedTest
  @ValueSource(ints = {17, 30, 33, 36, 64})
  void addressOfAnotherFormIsDecodedEachTime(int length) {
    last.put(memory, 16, "before");
    last.put(memory, length, "address");
    assertThat(last.get(memory, length)).isNull();
    assertThat(last.get(memory, 16)).isNull();
  }
}
