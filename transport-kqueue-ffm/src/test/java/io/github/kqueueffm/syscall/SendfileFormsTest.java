package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The three forms of sendfile(2) behind one method: its arguments, and where the count is. */
class SendfileFormsTest {
  private static final int SOCKET = 7;
  private static final int FILE = 9;
  private static final long OFFSET = 100;
  private static final long COUNT = 1000;

  private final List<String> seen = new ArrayList<>();
  private ToLongFunction<long[]> answer;
  private long sent;

  @BeforeEach
  void allocate() {
    sent = NativeMemory.allocate(Long.BYTES);
    Memory.putLong(sent, 77);
  }

  @AfterEach
  void free() {
    NativeMemory.free(sent);
  }

  /** Sees the C function's arguments, which {@link InterceptedKernel} does not show. */
  private final class Seeing extends Kernel {
    private final Platform platform;

    Seeing(String platform) {
      this.platform = Platform.named(platform);
    }

    private long see(Call call, long... arguments) {
      seen.add(
          call
              + Arrays.stream(arguments)
                  .mapToObj(argument -> argument == sent ? "sent" : Long.toString(argument))
                  .collect(Collectors.joining(", ", "(", ")")));
      return answer.applyAsLong(arguments);
    }

    @Override
    public Platform platform() {
      return platform;
    }

    @Override
    public boolean has(Call call) {
      return true;
    }

    @Override
    public Struct keventStruct() {
      throw new AssertionError("not asked for");
    }

    @Override
    public Kernel forThread() {
      return this;
    }

    @Override
    public void release() {}

    @Override
    public String describe() {
      return "seeing " + platform;
    }

    @Override
    protected int callInt(Call call, long a, long b, long c, long d, long e, long f) {
      return (int) see(call, a, b, c, d, e, f);
    }

    @Override
    protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g) {
      return (int) see(call, a, b, c, d, e, f, g);
    }

    @Override
    protected int callInt(
        Call call, long a, long b, long c, long d, long e, long f, long g, long h) {
      return (int) see(call, a, b, c, d, e, f, g, h);
    }

    @Override
    protected long callLong(Call call, long a, long b, long c, long d, long e, long f) {
      return see(call, a, b, c, d, e, f);
    }

    @Override
    protected int callVariadic(Call call, long a, long b, long c) {
      throw new AssertionError("not variadic");
    }
  }

  private int sendfile(String platform) {
    return new Seeing(platform).sendfile(SOCKET, FILE, OFFSET, COUNT, sent);
  }

  private static int errno(String platform, Errno errno) {
    return -Platform.named(platform).number(errno);
  }

  @Test
  void linuxReturnsTheCountAndTakesTheOffsetByAddress() {
    answer =
        arguments -> {
          assertThat(Memory.getLong(sent)).isEqualTo(OFFSET);
          Memory.putLong(sent, OFFSET + 600);
          return 600;
        };
    assertThat(sendfile("linux-x86_64")).isZero();
    assertThat(Memory.getLong(sent)).isEqualTo(600);
    assertThat(seen).containsExactly("SENDFILE(7, 9, sent, 1000, 0, 0)");
  }

  @Test
  void failureOnLinuxSentNothing() {
    int again = errno("linux-x86_64", Errno.EAGAIN);
    answer = arguments -> again;
    assertThat(sendfile("linux-x86_64")).isEqualTo(again);
    assertThat(Memory.getLong(sent)).isZero();
  }

  @Test
  void macOsTakesAndReturnsTheCountByAddress() {
    answer =
        arguments -> {
          assertThat(Memory.getLong(sent)).isEqualTo(COUNT);
          Memory.putLong(sent, 600);
          return 0;
        };
    assertThat(sendfile("macos-aarch64")).isZero();
    assertThat(Memory.getLong(sent)).isEqualTo(600);
    assertThat(seen).containsExactly("SENDFILE(9, 7, 100, sent, 0, 0)");
  }

  @ParameterizedTest
  @EnumSource(names = {"EAGAIN", "EINTR"})
  void macOsReportsWhatItSentBeforeAnInterruption(Errno errno) {
    int result = errno("macos-aarch64", errno);
    answer =
        arguments -> {
          Memory.putLong(sent, 600);
          return result;
        };
    assertThat(sendfile("macos-aarch64")).isEqualTo(result);
    assertThat(Memory.getLong(sent)).isEqualTo(600);
  }

  /** Darwin leaves the requested length where it belongs to no bytes. */
  @Test
  void otherFailureOnMacOsSentNothing() {
    int result = errno("macos-aarch64", Errno.ENOTCONN);
    answer = arguments -> result;
    assertThat(sendfile("macos-aarch64")).isEqualTo(result);
    assertThat(Memory.getLong(sent)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"freebsd-x86_64", "dragonfly-x86_64"})
  void bsdReturnsTheCountBehindTheHeaders(String platform) {
    int again = errno(platform, Errno.EAGAIN);
    answer =
        arguments -> {
          assertThat(Memory.getLong(sent)).isZero();
          Memory.putLong(sent, 600);
          return again;
        };
    assertThat(sendfile(platform)).isEqualTo(again);
    assertThat(Memory.getLong(sent)).isEqualTo(600);
    assertThat(seen).containsExactly("SENDFILE(9, 7, 100, 1000, 0, sent, 0)");
  }
}
