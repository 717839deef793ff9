package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told of a connection that the peer has reset, where its kernel tells nothing of TCP. */
class GoneConnectionOptionsTest {
  private static final int FD = 7;

  /** A kernel that tells the socket's own options and fails those of the protocol. */
  private static ScriptedCalls kernel(String name, Errno ofTcp) {
    Platform platform = Platform.named(name);
    return ScriptedCalls.of(name)
        .on("setsockopt", 0)
        .on(
            "getsockopt",
            arguments -> {
              boolean socketLevel = (int) arguments[1] == platform.get(Constant.SOL_SOCKET);
              Memory.putInt((long) arguments[3], 0);
              return socketLevel ? 0 : -platform.number(ofTcp);
            });
  }

  private static KQueueFfmSocketChannelConfig accepted(ScriptedCalls calls) {
    return accepted(calls, Constant.AF_INET);
  }

  private static KQueueFfmSocketChannelConfig accepted(ScriptedCalls calls, Constant name) {
    int family = calls.kernel().platform().get(name);
    KernelSocket socket = KernelSocket.accepted(calls.kernel(), FD, family);
    return new KQueueFfmSocketChannel(null, socket, true).config();
  }

  @ParameterizedTest
  @CsvSource({
    "freebsd-x86_64, ECONNRESET, ENOTCONN",
    "netbsd-x86_64, ECONNRESET, ENOTCONN",
    "openbsd-x86_64, ECONNRESET, ENOTCONN",
    "dragonfly-x86_64, ECONNRESET, ENOTCONN",
    "macos-aarch64, EINVAL, EINVAL",
    "linux-x86_64, ENOTCONN, ENOTCONN"
  })
  void unreadableOptionsAreOmittedOrHaveTheirDefault(String platform, Errno ofTcp, Errno noPeer) {
    ScriptedCalls calls = kernel(platform, ofTcp).fail("getpeername", noPeer);
    KQueueFfmSocketChannelConfig config = accepted(calls);
    Map<ChannelOption<?>, Object> options = config.getOptions();
    assertThat(options)
        .containsKeys(ChannelOption.SO_KEEPALIVE, ChannelOption.SO_LINGER, ChannelOption.SO_RCVBUF)
        .doesNotContainKeys(ChannelOption.TCP_NODELAY, KQueueFfmChannelOption.TCP_MAXSEG)
        .doesNotContainValue(null);
    assertThat(config.getOption(ChannelOption.TCP_NODELAY)).isFalse();
    assertThat(config.isTcpNoDelay()).isFalse();
    assertThat(config.getTrafficClass()).isZero();
    assertThat(config.getOption(KQueueFfmChannelOption.TCP_MAXSEG)).isZero();
    assertByNumber(config, calls.kernel().platform().get(Constant.IPPROTO_TCP));
  }

  private static void assertByNumber(KQueueFfmSocketChannelConfig config, int level) {
    assertThat(config.getOption(new IntegerUnixChannelOption("number", level, 1))).isZero();
    assertThat(config.getOption(new RawUnixChannelOption("raw", level, 1, 4)))
        .isEqualTo(ByteBuffer.allocate(4));
  }

  @ParameterizedTest
  @CsvSource({"freebsd-x86_64", "macos-aarch64"})
  void optionsAreSetWithoutEffect(String platform) {
    ScriptedCalls calls = kernel(platform, Errno.ECONNRESET).fail("getpeername", Errno.ENOTCONN);
    KQueueFfmSocketChannelConfig config = accepted(calls);
    calls.fail("setsockopt", Errno.ECONNRESET);
    assertThat(config.setOption(ChannelOption.TCP_NODELAY, true)).isTrue();
    assertThat(config.setTcpNoDelay(true)).isSameAs(config);
  }

  /** A connection that lives gets false, because IPv4 would not have the option. */
  @Test
  void optionsOfOneFamilyAreSetWithoutWarning() {
    ScriptedCalls calls =
        kernel("freebsd-x86_64", Errno.ECONNRESET).fail("getpeername", Errno.ENOTCONN);
    KQueueFfmSocketChannelConfig config = accepted(calls, Constant.AF_INET6);
    assertThat(config.setOption(ChannelOption.IP_TOS, 8)).as("lives").isFalse();
    calls.fail("setsockopt", Errno.ECONNRESET);
    assertThat(config.setOption(ChannelOption.IP_TOS, 8)).as("gone").isTrue();
  }

  /** SO_LINGER that is not told must not let close wait for another thread. */
  @ParameterizedTest
  @CsvSource({"freebsd-x86_64", "macos-aarch64"})
  void unreadableSoLingerMeansNoLinger(String platform) {
    ScriptedCalls calls = kernel(platform, Errno.EINVAL).fail("getpeername", Errno.EINVAL);
    KQueueFfmSocketChannelConfig config = accepted(calls);
    calls.fail("getsockopt", Errno.EINVAL);
    assertThat(config.getSoLinger()).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource({"freebsd-x86_64, ECONNRESET", "macos-aarch64, EINVAL"})
  void optionsOfLiveConnectionFail(String platform, Errno errno) {
    ScriptedCalls calls = kernel(platform, errno).on("getpeername", 0);
    KQueueFfmSocketChannelConfig config = accepted(calls);
    assertThatThrownBy(config::getOptions)
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("cannot read TCP_NODELAY");
    IntegerUnixChannelOption number = new IntegerUnixChannelOption("number", 6, 1);
    assertThatThrownBy(() -> config.getOption(number))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("cannot read number");
  }
}
