package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes of options that each system gets and gives, and the rules of some of them. */
@ExtendWith(NativeMemoryCheck.class)
class OptionBytesTest {
  private final List<String> set = new ArrayList<>();

  private ScriptedCalls system(String platform) {
    return ScriptedCalls.of(platform)
        .on("close", 0)
        .on(
            "setsockopt",
            a -> {
              set.add(Platforms.hex((long) a[3], (int) a[4]));
              return 0;
            });
  }

  private static KernelSocket accepted(ScriptedCalls calls) {
    Kernel kernel = calls.kernel();
    return KernelSocket.accepted(kernel, 7, kernel.platform().get(Constant.AF_INET));
  }

  @ParameterizedTest
  @CsvSource({
    "linux-x86_64, 2147483647, ffffff7f",
    "freebsd-x86_64, 40000, ff7f0000",
    "openbsd-x86_64, 32767, ff7f0000",
    "macos-aarch64, 327, 47010000",
    "macos-aarch64, 328, 47010000",
    "netbsd-x86_64, 0, 00000000"
  })
  void lingerIsSetWithAtMostWhatTheSystemKeeps(String platform, int seconds, String bytes)
      throws IOException {
    assertThat(accepted(system(platform)).soLinger(seconds)).isTrue();
    assertThat(set).containsExactly("01000000" + bytes);
  }

  @Test
  void lingerIsSwitchedOffByANegativeNumber() throws IOException {
    assertThat(accepted(system("freebsd-x86_64")).soLinger(-1)).isTrue();
    assertThat(set).containsExactly("00000000" + "00000000");
  }

  @ParameterizedTest
  @CsvSource({"1, 5, 5", "1, 0, 0", "0, 5, -1", "128, 7, 7"})
  void lingerIsReadBack(int on, int seconds, int expected) throws IOException {
    List<Integer> lengths = new ArrayList<>();
    ScriptedCalls calls =
        system("freebsd-x86_64")
            .on(
                "getsockopt",
                a -> {
                  lengths.add(Memory.getInt((long) a[4]));
                  Memory.putInt((long) a[3], on);
                  Memory.putInt((long) a[3] + Integer.BYTES, seconds);
                  return 0;
                });
    assertThat(accepted(calls).soLinger()).isEqualTo(expected);
    assertThat(lengths).containsExactly(8);
  }

  @Test
  void roomOfAnOptionIsGivenToTheKernel() throws IOException {
    List<Integer> lengths = new ArrayList<>();
    ScriptedCalls calls =
        system("macos-aarch64")
            .on(
                "getsockopt",
                a -> {
                  lengths.add(Memory.getInt((long) a[4]));
                  Memory.putInt((long) a[3], 42);
                  return 0;
                });
    KernelSocket socket = accepted(calls);
    assertThat(socket.getInt(Constant.SOL_SOCKET, Constant.SO_RCVBUF)).isEqualTo(42);
    assertThat(socket.getInt(1, 2)).isEqualTo(42);
    assertThat(socket.getIntOr(Constant.SOL_LOCAL, Constant.LOCAL_PEERPID, Errno.ENOTCONN, 3))
        .isEqualTo(42);
    assertThat(lengths).containsExactly(4, 4, 4);
    calls.fail("getsockopt", Errno.ENOTCONN);
    assertThat(socket.getIntOr(Constant.SOL_LOCAL, Constant.LOCAL_PEERPID, Errno.ENOTCONN, 3))
        .isEqualTo(3);
    socket.close();
    assertThatThrownBy(
            () -> socket.getIntOr(Constant.SOL_LOCAL, Constant.LOCAL_PEERPID, Errno.ENOTCONN, 3))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void optionsByNumberSayWhetherTheyWereSet() throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64");
    KernelSocket socket = accepted(calls);
    long memory = NativeMemory.allocate(Integer.BYTES);
    try {
      Memory.putInt(memory, 9);
      assertThat(socket.setInt(1, 2, 9)).isTrue();
      assertThat(socket.setBytes(1, 2, memory, Integer.BYTES)).isTrue();
      assertThat(set).containsExactly("09000000", "09000000");
      calls.fail("setsockopt", Errno.ECONNRESET).fail("getpeername", Errno.ENOTCONN);
      assertThat(socket.setInt(1, 2, 9)).isFalse();
      assertThat(socket.setBytes(1, 2, memory, Integer.BYTES)).isFalse();
    } finally {
      NativeMemory.free(memory);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SO_RCVBUF", "SO_SNDBUF"})
  void bufferOfAShutDirectionCannotBeSetOnOpenBsd(Constant option) throws IOException {
    // The connection lives: only the size of its buffer is refused.
    ScriptedCalls calls =
        system("openbsd-x86_64").fail("setsockopt", Errno.EINVAL).on("getpeername", 0);
    assertThat(accepted(calls).setInt(Constant.SOL_SOCKET, option, 4096)).isFalse();
    assertThat(calls.log()).noneMatch(call -> call.startsWith("getpeername"));
  }

  @Test
  void onlyThatErrnoOfThatOptionOnOpenBsdMeansAShutDirection() {
    assertRefused("openbsd-x86_64", Errno.ENOBUFS, Constant.SOL_SOCKET, Constant.SO_RCVBUF);
    assertRefused("freebsd-x86_64", Errno.EINVAL, Constant.SOL_SOCKET, Constant.SO_RCVBUF);
    assertRefused("openbsd-x86_64", Errno.EINVAL, Constant.SOL_SOCKET, Constant.SO_REUSEADDR);
    Platform openbsd = Platform.named("openbsd-x86_64");
    KernelSocket socket =
        accepted(system("openbsd-x86_64").fail("setsockopt", Errno.EINVAL).on("getpeername", 0));
    assertThatThrownBy(() ->
            socket.setInt(openbsd.get(Constant.IPPROTO_TCP), openbsd.get(Constant.SO_RCVBUF), 1))
        .isInstanceOf(IOException.class);
  }

  private void assertRefused(String platform, Errno errno, Constant level, Constant option) {
    ScriptedCalls calls = system(platform).fail("setsockopt", errno).on("getpeername", 0);
    assertThatThrownBy(() -> accepted(calls).setInt(level, option, 4096))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(errno.name());
  }

  @Test
  void bufferOfASocketThatWasNeverConnectedIsRefusedOnOpenBsd() throws IOException {
    ScriptedCalls calls = system("openbsd-x86_64").on("socket", 7);
    Platform platform = calls.kernel().platform();
    KernelSocket socket =
        KernelSocket.open(
            calls.kernel(), platform.get(Constant.AF_INET), platform.get(Constant.SOCK_STREAM));
    calls.fail("setsockopt", Errno.EINVAL);
    assertThatThrownBy(() -> socket.setInt(Constant.SOL_SOCKET, Constant.SO_RCVBUF, 1))
        .isInstanceOf(IOException.class);
  }

  private List<String> sends(ScriptedCalls calls) {
    return calls.log().stream().filter(call -> call.startsWith("send(")).toList();
  }

  @Test
  void clearedNopushIsCompletedByASendOfNothingOnDarwin() throws IOException {
    ScriptedCalls calls = system("macos-aarch64").on("send", 0);
    KernelSocket socket = accepted(calls);
    assertThat(socket.setInt(Constant.IPPROTO_TCP, Constant.TCP_NOPUSH, 1)).isTrue();
    assertThat(socket.setInt(Constant.IPPROTO_TCP, Constant.TCP_NODELAY, 0)).isTrue();
    assertThat(socket.setInt(0, calls.kernel().platform().get(Constant.TCP_NOPUSH), 0)).isTrue();
    assertThat(sends(calls)).isEmpty();
    assertThat(socket.setInt(Constant.IPPROTO_TCP, Constant.TCP_NOPUSH, 0)).isTrue();
    int flags = calls.kernel().platform().getOr(Constant.MSG_NOSIGNAL, 0);
    assertThat(sends(calls)).containsExactly("send(7, " + flags + ')');
  }

  @Test
  void nothingIsSentWhereNoSegmentCanBeHeld() throws IOException {
    ScriptedCalls freebsd = system("freebsd-x86_64");
    assertThat(accepted(freebsd).setInt(Constant.IPPROTO_TCP, Constant.TCP_NOPUSH, 0)).isTrue();
    assertThat(sends(freebsd)).isEmpty();

    ScriptedCalls fresh = system("macos-aarch64").on("socket", 7).on("fcntl", 0);
    Platform platform = fresh.kernel().platform();
    KernelSocket unconnected =
        KernelSocket.open(
            fresh.kernel(), platform.get(Constant.AF_INET), platform.get(Constant.SOCK_STREAM));
    assertThat(unconnected.setInt(Constant.IPPROTO_TCP, Constant.TCP_NOPUSH, 0)).isTrue();
    assertThat(sends(fresh)).isEmpty();

    ScriptedCalls gone =
        system("macos-aarch64").fail("setsockopt", Errno.EINVAL).fail("getpeername", Errno.EINVAL);
    assertThat(accepted(gone).setInt(Constant.IPPROTO_TCP, Constant.TCP_NOPUSH, 0)).isFalse();
    assertThat(sends(gone)).isEmpty();
  }

  @Test
  void valueOfAnotherLengthClearsNothing() throws IOException {
    ScriptedCalls calls = system("macos-aarch64").on("send", 0);
    Platform platform = calls.kernel().platform();
    long memory = NativeMemory.allocate(Long.BYTES);
    try {
      accepted(calls)
          .setBytes(
              platform.get(Constant.IPPROTO_TCP),
              platform.get(Constant.TCP_NOPUSH),
              memory,
              Long.BYTES);
    } finally {
      NativeMemory.free(memory);
    }
    assertThat(sends(calls)).isEmpty();
  }
}
