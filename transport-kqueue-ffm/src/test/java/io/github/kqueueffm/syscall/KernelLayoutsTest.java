package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Structs and numbers in native memory, byte by byte. */
class KernelLayoutsTest {
  private static final int ROOM = 64;

  private long memory;

  @BeforeEach
  void allocate() {
    memory = NativeMemory.allocate(ROOM);
  }

  @AfterEach
  void free() {
    NativeMemory.free(memory);
  }

  @ParameterizedTest
  @CsvSource({
    "netbsd-x86_64, kevent, '0700000000000000 0a000000 0b000000 0c000000 00000000"
        + " 0d00000000000000 0e00000000000000'",
    "freebsd-x86_64, kevent, '0700000000000000 0a00 0b00 0c000000"
        + " 0d00000000000000 0e00000000000000'",
    "macos-aarch64, kevent, '0700000000000000 0a00 0b00 0c000000"
        + " 0d00000000000000 0e00000000000000'"
  })
  void keventHasItsFieldsWhereTheSystemReadsThem(String name, String struct, String bytes) {
    KeventLayout layout = new KeventLayout(Platform.named(name).struct(struct));
    layout.put(memory, 7, 10, 11, 12, 13, 14);
    String expected = bytes.replace(" ", "");
    assertThat(Platforms.hex(memory, expected.length() / 2)).isEqualTo(expected);
    assertThat(layout.size()).isGreaterThanOrEqualTo(expected.length() / 2);
    assertThat(layout.ident(memory)).isEqualTo(7);
    assertThat(layout.filter(memory)).isEqualTo(10);
    assertThat(layout.flags(memory)).isEqualTo(11);
    assertThat(layout.fflags(memory)).isEqualTo(12);
    assertThat(layout.data(memory)).isEqualTo(13);
    assertThat(layout.udata(memory)).isEqualTo(14);
  }

  @Test
  void filtersHaveASignAndFlagsHaveNone() {
    KeventLayout freebsd = new KeventLayout(Platform.named("freebsd-x86_64").struct("kevent"));
    freebsd.put(memory, 7, -2, 0x8001, 0x8000_0000, 0, 0);
    assertThat(freebsd.filter(memory)).isEqualTo(-2);
    assertThat(freebsd.flags(memory)).isEqualTo(0x8001);
    assertThat(freebsd.fflags(memory)).isEqualTo(0x8000_0000);
  }

  @Test
  void netBsdsFiltersAndFlagsHave32Bits() {
    Platforms.fill(memory, ROOM);
    KeventLayout netbsd = new KeventLayout(Platform.named("netbsd-x86_64").struct("kevent"));
    netbsd.put(memory, 7, 2, 0x12345, 0, 0, 0);
    assertThat(Platforms.hex(memory + 8, 8)).isEqualTo("0200000045230100");
    assertThat(netbsd.filter(memory)).isEqualTo(2);
    assertThat(netbsd.flags(memory)).isEqualTo(0x12345);
  }

  static List<Platform> platforms() {
    return Platforms.ALL;
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void timespecHasSecondsAndNanoseconds(Platform platform) {
    Timespec timespec = new Timespec(platform);
    Struct struct = platform.struct("timespec");
    timespec.put(memory, 3_000_000_004L);
    assertThat(timespec.size()).isEqualTo(struct.size());
    assertThat(Memory.getLong(memory + struct.offset("tv_sec"))).isEqualTo(3);
    assertThat(Memory.getLong(memory + struct.offset("tv_nsec"))).isEqualTo(4);
    assertThat(timespec.get(memory, Long.MAX_VALUE)).isEqualTo(3_000_000_004L);
  }

  @Test
  void timespecIsReadUpToTheMaximum() {
    Timespec timespec = new Timespec(Platform.named("linux-x86_64"));
    Memory.putLong(memory, Long.MAX_VALUE);
    assertThat(timespec.get(memory, 5_000_000_000L)).isEqualTo(5_000_000_000L);
    // The seconds of the maximum itself are still read.
    timespec.put(memory, 4_000_000_000L);
    assertThat(timespec.get(memory, 4_999_999_999L)).isEqualTo(4_000_000_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, true",
    "1, 999999999, true",
    "1, 1000000000, false",
    "0, -1, false",
    "-1, 0, false"
  })
  void timespecIsValidWithinItsRanges(long seconds, long nanos, boolean valid) {
    Memory.putLong(memory, seconds);
    Memory.putLong(memory + 8, nanos);
    assertThat(new Timespec(Platform.named("linux-x86_64")).isValid(memory)).isEqualTo(valid);
  }

  @ParameterizedTest
  @CsvSource({"1, 240", "2, 61680", "4, 4042322160", "8, -1085102592571150096"})
  void numberHasNoSignBelow8Bytes(int width, long value) {
    Memory.putLong(memory, 0xf0f0_f0f0_f0f0_f0f0L);
    assertThat(Memory.getUnsigned(memory, width)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0800000000000000",
    "2, 0807000000000000",
    "4, 0807060500000000",
    "8, 0807060504030201"
  })
  void numberIsWrittenInItsWidth(int width, String bytes) {
    Memory.put(memory, width, 0x0102_0304_0506_0708L);
    assertThat(Platforms.hex(memory, 8)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 16})
  void noSystemHasNumbersOfOtherWidths(int width) {
    assertThatThrownBy(() -> Memory.getUnsigned(memory, width))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("width " + width);
    assertThatThrownBy(() -> Memory.put(memory, width, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("width " + width);
  }

  @Test
  void bufferOverMemorySharesItsBytes() {
    ByteBuffer buffer = Memory.buffer(memory, 4);
    assertThat(buffer.capacity()).isEqualTo(4);
    buffer.put(2, (byte) 9);
    assertThat(Memory.getByte(memory + 2)).isEqualTo((byte) 9);
    assertThat(Memory.address(buffer)).isEqualTo(memory);
    assertThat(Memory.address(buffer.position(3))).as("of the first byte").isEqualTo(memory);
  }

  @Test
  void heapBufferAndFreedBufferHaveNoAddress() {
    assertThatThrownBy(() -> Memory.address(ByteBuffer.allocate(1)))
        .isInstanceOf(IllegalArgumentException.class);
    ByteBuffer freed;
    try (Arena arena = Arena.ofConfined()) {
      freed = arena.allocate(8).asByteBuffer();
    }
    assertThatThrownBy(() -> Memory.address(freed)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void liveAllocationsAreCounted() {
    long before = NativeMemory.live();
    long more = NativeMemory.allocate(1);
    assertThat(NativeMemory.live()).isEqualTo(before + 1).isPositive();
    NativeMemory.free(more);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }
}
