package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sender of a datagram is never taken for another one unless all its bytes are the same. */
class RecentAddressesTest {
  private static final int ROOM = 64;
  private static final int LENGTH = 16;

  private final RecentAddresses<String> recent = new RecentAddresses<>();
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

  private String put(int length, String address) {
    assertThat(recent.get(memory, length)).isNull();
    return recent.put(address);
  }

  @Test
  void nothingIsKnownAtFirst() {
    assertThat(recent.get(memory, 0)).isNull();
    assertThat(recent.get(memory, LENGTH)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 12, 16, 20, 28})
  void sameBytesAreTheSameAddress(int length) {
    String address = "address of " + length;
    assertThat(put(length, address)).isSameAs(address);
    assertThat(recent.get(memory, length)).isSameAs(address);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 28})
  void anotherByteIsAnotherAddress(int length) {
    put(length, "address");
    for (int i = 0; i < length; i++) {
      byte before = Memory.getByte(memory + i);
      Memory.putByte(memory + i, ~before);
      assertThat(recent.get(memory, length)).as("byte " + i).isNull();
      Memory.putByte(memory + i, before);
    }
    assertThat(recent.get(memory, length)).isEqualTo("address");
  }

  @Test
  void anotherLengthIsAnotherAddress() {
    Memory.clear(memory, ROOM);
    put(16, "address");
    put(28, "longer");
    assertThat(recent.get(memory, 12)).isNull();
    assertThat(recent.get(memory, 20)).isNull();
    assertThat(recent.get(memory, 28)).isEqualTo("longer");
    assertThat(recent.get(memory, 16)).isEqualTo("address");
  }

  /** The table keeps whole words only, and at most seven of them. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 2, 17, 30, 32, 36, 64})
  void addressOfAnotherFormIsDecodedEachTime(int length) {
    put(16, "before");
    assertThat(put(length, "address")).isEqualTo("address");
    assertThat(recent.get(memory, length)).isNull();
    assertThat(recent.get(memory, 16)).isEqualTo("before");
  }

  /** As codec's answer for bytes that are no address. */
  @Test
  void noAddressIsNotKept() {
    assertThat(put(16, null)).isNull();
    assertThat(put(16, "address")).isEqualTo("address");
    assertThat(recent.get(memory, 16)).isEqualTo("address");
  }

  /** The port differs, as of clients behind one address. */
  @Test
  void thirtyTwoSendersAreKnown() {
    assertThat(known(32)).isEqualTo(32);
  }

  @Test
  void tableDoesNotGrowBeyondItsLimit() {
    assertThat(known(20_000)).isBetween(200L, (long) RecentAddresses.MOST);
    Memory.putInt(memory, 20_001);
    put(LENGTH, "the last");
    assertThat(recent.get(memory, LENGTH)).isEqualTo("the last");
  }

  /** Lets so many send twice: how many of them are known in the end, each by its own address. */
  private long known(int senders) {
    for (int sender = 0; sender < senders; sender++) {
      Memory.putInt(memory, sender);
      put(LENGTH, "sender " + sender);
    }
    return IntStream.range(0, senders).filter(this::isKnown).count();
  }

  private boolean isKnown(int sender) {
    Memory.putInt(memory, sender);
    String found = recent.get(memory, LENGTH);
    assertThat(found).isIn(null, "sender " + sender);
    return found != null;
  }
}
