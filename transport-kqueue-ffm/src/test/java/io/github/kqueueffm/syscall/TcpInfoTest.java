package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The option, layout and units with which each system reports the state of TCP. The offsets are
 * those of the systems' headers, and not taken from the platform files.
 */
@ExtendWith(NativeMemoryCheck.class)
class TcpInfoTest {
  private static final int LISTEN = 1;
  private static final int ESTABLISHED = 4;

  /** Writes the fields that Linux and the BSDs have at the same offsets. */
  private static void common(long memory, int state) {
    Memory.putByte(memory, state);
    Memory.putInt(memory + 16, 1460);
    Memory.putInt(memory + 68, 12_345);
    Memory.putInt(memory + 72, 678);
    Memory.putInt(memory + 80, 10);
  }

  private static void linux(long memory) {
    common(memory, 1);
    Memory.putInt(memory + 100, 3);
    Memory.putLong(memory + 128, 5_000_000_000L);
    Memory.putLong(memory + 200, 6_000_000_000L);
  }

  private static void bsd(long memory) {
    common(memory, ESTABLISHED);
    Memory.putInt(memory + 120, 3);
  }

  private static void macos(long memory, int state) {
    Memory.putByte(memory, state);
    Memory.putInt(memory + 16, 1460);
    Memory.putInt(memory + 24, 14_600);
    Memory.putInt(memory + 44, 12);
    Memory.putInt(memory + 48, 6);
    Memory.putLong(memory + 64, 6_000_000_000L);
    Memory.putLong(memory + 88, 5_000_000_000L);
    Memory.putLong(memory + 104, 3);
  }

  /** A kernel whose struct has so many bytes; it writes no more than there is room for. */
  private static ScriptedCalls system(String name, int size, LongConsumer fill) {
    return ScriptedCalls.of(name)
        .on(
            "getsockopt",
            a -> {
              long whole = NativeMemory.allocate(512);
              try {
                fill.accept(whole);
                int length = Math.min(size, Memory.getInt((long) a[4]));
                Memory.copy(whole, (long) a[3], length);
                Memory.putInt((long) a[4], length);
              } finally {
                NativeMemory.free(whole);
              }
              return 0;
            });
  }

  private static KernelSocket socket(ScriptedCalls calls) {
    Kernel kernel = calls.kernel();
    return KernelSocket.accepted(kernel, 7, kernel.platform().get(Constant.AF_INET));
  }

  private static TcpInfo of(ScriptedCalls calls) throws IOException {
    return TcpInfo.of(socket(calls));
  }

  private static OptionalLong is(long value) {
    return OptionalLong.of(value);
  }

  private static OptionalLong no() {
    return OptionalLong.empty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "linux-aarch64"})
  void linuxReportsEverything(String name) throws IOException {
    ScriptedCalls calls = system(name, 280, TcpInfoTest::linux);
    assertThat(of(calls))
        .isEqualTo(
            new TcpInfo(
                OptionalInt.of(1),
                is(12_345),
                is(678),
                is(14_600),
                is(1460),
                is(3),
                is(6_000_000_000L),
                is(5_000_000_000L)));
    assertThat(calls.log()).containsExactly("getsockopt(7, 6, 11)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "macos-x86_64"})
  void macosReportsTimesInMilliseconds(String name) throws IOException {
    ScriptedCalls calls = system(name, 112, memory -> macos(memory, ESTABLISHED));
    assertThat(of(calls))
        .isEqualTo(
            new TcpInfo(
                OptionalInt.of(ESTABLISHED),
                is(12_000),
                is(6_000),
                is(14_600),
                is(1460),
                is(3),
                is(6_000_000_000L),
                is(5_000_000_000L)));
    assertThat(calls.log()).containsExactly("getsockopt(7, 6, 262)");
  }

  @ParameterizedTest
  @CsvSource({"freebsd-x86_64, 236", "freebsd-x86_64, 240", "freebsd-aarch64, 240"})
  void freebsdCountsTheWindowInBytesAndNoDataBytes(String name, int size) throws IOException {
    ScriptedCalls calls = system(name, size, TcpInfoTest::bsd);
    assertThat(of(calls))
        .isEqualTo(
            new TcpInfo(
                OptionalInt.of(ESTABLISHED),
                is(12_345),
                is(678),
                is(10),
                is(1460),
                is(3),
                no(),
                no()));
    assertThat(calls.log()).containsExactly("getsockopt(7, 6, 32)");
  }

  /** What stands there is 0 for a process without privileges. */
  @ParameterizedTest
  @ValueSource(strings = {"openbsd-x86_64", "openbsd-aarch64"})
  void openbsdsRetransmitsAreNotRead(String name) throws IOException {
    ScriptedCalls calls = system(name, 212, TcpInfoTest::bsd);
    assertThat(of(calls))
        .isEqualTo(
            new TcpInfo(
                OptionalInt.of(ESTABLISHED),
                is(12_345),
                is(678),
                is(10),
                is(1460),
                no(),
                no(),
                no()));
    assertThat(calls.log()).containsExactly("getsockopt(7, 6, 9)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netbsd-x86_64", "netbsd-aarch64"})
  void netbsdsTimesAreNotReadAndItsWindowIsInSegments(String name) throws IOException {
    ScriptedCalls calls = system(name, 236, TcpInfoTest::bsd);
    assertThat(of(calls))
        .isEqualTo(
            new TcpInfo(
                OptionalInt.of(ESTABLISHED), no(), no(), is(14_600), is(1460), is(3), no(), no()));
    assertThat(calls.log()).containsExactly("getsockopt(7, 6, 9)");
  }

  @Test
  void largeNumbersAreNotNegative() throws IOException {
    ScriptedCalls calls =
        system(
            "freebsd-x86_64",
            240,
            memory -> {
              bsd(memory);
              Memory.putInt(memory + 80, 0xffff_ffff);
            });
    assertThat(of(calls).congestionWindow()).isEqualTo(is(0xffff_ffffL));
  }

  /** The lengths of Linux 2.6 to 3.14, 3.15, 4.0, 4.1 and 4.18, and just before and at 4.19. */
  @ParameterizedTest
  @CsvSource({
    "104, false, false", "120, false, false", "128, false, false", "135, false, false",
    "136, true, false", "192, true, false", "207, true, false", "208, true, true",
    "232, true, true"
  })
  void fieldsThatAnOlderKernelLacksAreAbsent(int size, boolean received, boolean sent)
      throws IOException {
    TcpInfo info = of(system("linux-x86_64", size, TcpInfoTest::linux));
    assertThat(info.rttMicros()).isEqualTo(is(12_345));
    assertThat(info.retransmits()).isEqualTo(is(3));
    assertThat(info.bytesReceived()).isEqualTo(received ? is(5_000_000_000L) : no());
    assertThat(info.bytesSent()).isEqualTo(sent ? is(6_000_000_000L) : no());
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "macos-aarch64", "freebsd-x86_64", "netbsd-x86_64"})
  void emptyAnswerLeavesEverythingAbsent(String name) throws IOException {
    TcpInfo info = of(system(name, 0, memory -> {}));
    assertThat(info)
        .isEqualTo(new TcpInfo(OptionalInt.empty(), no(), no(), no(), no(), no(), no(), no()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, LISTEN})
  void macosReportsTheStateAloneOfASocketWithoutConnection(int state) throws IOException {
    TcpInfo info = of(system("macos-aarch64", 112, memory -> Memory.putByte(memory, state)));
    assertThat(info)
        .isEqualTo(new TcpInfo(OptionalInt.of(state), no(), no(), no(), no(), no(), no(), no()));
  }

  @Test
  void dragonflyHasNoSuchOption() {
    ScriptedCalls calls = ScriptedCalls.of("dragonfly-x86_64");
    assertThatThrownBy(() -> of(calls))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("dragonfly-x86_64 has neither TCP_INFO nor TCP_CONNECTION_INFO");
    assertThat(calls.log()).isEmpty();
  }

  @Test
  void olderReleaseWithoutTheOptionIsNamed() {
    ScriptedCalls calls = ScriptedCalls.of("openbsd-x86_64").fail("getsockopt", Errno.ENOPROTOOPT);
    assertThatThrownBy(() -> of(calls))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("IPPROTO_TCP/TCP_INFO")
        .hasMessageContaining("openbsd-x86_64")
        .hasMessageContaining("ENOPROTOOPT");
  }

  @Test
  void refusalNamesTheOptionAndTheErrno() {
    ScriptedCalls calls = ScriptedCalls.of("freebsd-x86_64").fail("getsockopt", Errno.ECONNRESET);
    assertThatThrownBy(() -> of(calls))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("getsockopt(IPPROTO_TCP/TCP_INFO on freebsd-x86_64)")
        .hasMessageContaining("ECONNRESET");
  }

  @Test
  void closedSocketIsNotAsked() throws IOException {
    ScriptedCalls calls = ScriptedCalls.of("linux-x86_64").on("close", 0);
    KernelSocket socket = socket(calls);
    socket.close();
    assertThatThrownBy(() -> TcpInfo.of(socket)).isInstanceOf(ClosedChannelException.class);
    assertThat(calls.log()).containsExactly("close(7)");
  }
}
