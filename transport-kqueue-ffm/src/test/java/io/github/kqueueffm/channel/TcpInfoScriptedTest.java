package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.channel.KQueueFfmTcpInfo.State;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a channel tells of its connection, and how it fails. */
class TcpInfoScriptedTest {
  private static final List<State> BSD =
      List.of(
          State.CLOSED,
          State.LISTEN,
          State.SYN_SENT,
          State.SYN_RECEIVED,
          State.ESTABLISHED,
          State.CLOSE_WAIT,
          State.FIN_WAIT_1,
          State.CLOSING,
          State.LAST_ACK,
          State.FIN_WAIT_2,
          State.TIME_WAIT);

  /** From number 1 on. */
  private static final List<State> LINUX =
      List.of(
          State.ESTABLISHED,
          State.SYN_SENT,
          State.SYN_RECEIVED,
          State.FIN_WAIT_1,
          State.FIN_WAIT_2,
          State.TIME_WAIT,
          State.CLOSED,
          State.CLOSE_WAIT,
          State.LAST_ACK,
          State.LISTEN,
          State.CLOSING);

  private static KQueueFfmSocketChannel channel(ScriptedCalls calls) {
    calls.on("setsockopt", 0).on("close", 0).fail("getsockname", Errno.EINVAL);
    int family = calls.kernel().platform().get(Constant.AF_INET);
    KernelSocket socket = KernelSocket.accepted(calls.kernel(), 7, family);
    return new KQueueFfmSocketChannel(null, socket, true);
  }

  /** A kernel whose connections are in the state of that number. */
  private static ScriptedCalls inState(String platform, int state) {
    return ScriptedCalls.of(platform)
        .on(
            "getsockopt",
            a -> {
              Memory.putByte((long) a[3], state);
              return 0;
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64", "openbsd-aarch64", "netbsd-x86_64"})
  void statesOfTheBsdsHaveTheirNames(String platform) {
    for (State state : State.values()) {
      assertThat(channel(inState(platform, BSD.indexOf(state))).tcpInfo().state()).contains(state);
    }
  }

  @Test
  void statesOfLinuxHaveTheirNames() {
    for (State state : State.values()) {
      assertThat(channel(inState("linux-x86_64", 1 + LINUX.indexOf(state))).tcpInfo().state())
          .contains(state);
    }
  }

  @Test
  void numberThatIsNoStateIsAbsent() {
    KQueueFfmTcpInfo info = channel(inState("freebsd-x86_64", 77)).tcpInfo();
    assertThat(info.state()).isEmpty();
    assertThat(info).asString().startsWith("KQueueFfmTcpInfo(state unknown, rtt 0 us, ");
  }

  @Test
  void textHasTheUnitsAndLeavesOutWhatIsAbsent() {
    KQueueFfmTcpInfo info =
        channel(
                ScriptedCalls.of("netbsd-x86_64")
                    .on(
                        "getsockopt",
                        a -> {
                          Memory.putByte((long) a[3], 4);
                          Memory.putInt((long) a[3] + 16, 1460);
                          Memory.putInt((long) a[3] + 80, 10);
                          return 0;
                        }))
            .tcpInfo();
    assertThat(info)
        .hasToString(
            "KQueueFfmTcpInfo(ESTABLISHED, congestion window 14600 B, mss 1460 B, retransmits 0)");
  }

  @Test
  void closedChannelSaysThatItIsClosed() {
    KQueueFfmSocketChannel channel = channel(ScriptedCalls.of("linux-x86_64"));
    channel.unsafe().closeForcibly();
    assertThatThrownBy(channel::tcpInfo)
        .isInstanceOf(ChannelException.class)
        .hasMessage("cannot read the state of TCP: the channel is closed")
        .hasCauseInstanceOf(ClosedChannelException.class);
  }

  @Test
  void refusalOfTheKernelIsAChannelException() {
    ScriptedCalls calls = ScriptedCalls.of("freebsd-x86_64").fail("getsockopt", Errno.ECONNRESET);
    assertThatThrownBy(channel(calls)::tcpInfo)
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("cannot read the state of TCP")
        .hasMessageContaining("TCP_INFO")
        .hasMessageContaining("ECONNRESET")
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void systemWithoutItIsNotSupported() {
    assertThatThrownBy(channel(ScriptedCalls.of("dragonfly-x86_64"))::tcpInfo)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("dragonfly-x86_64")
        .hasMessageContaining("TCP_INFO");
  }
}
