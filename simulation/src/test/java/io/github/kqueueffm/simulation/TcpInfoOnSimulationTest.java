package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmTcpInfo;
import io.github.kqueueffm.channel.KQueueFfmTcpInfo.State;
import io.github.kqueueffm.channel.SimulatedChannels;
import io.netty.channel.ChannelException;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a channel tells of its connection on each system, in the same units on all of them. */
class TcpInfoOnSimulationTest {
  private static final String WITHOUT = "DRAGONFLY";

  private static KQueueFfmTcpInfo info(SimFixture sim, int fd) {
    return new SimulatedChannels(sim.kernel).adopted(fd).tcpInfo();
  }

  private static OptionalLong bytes(SimulatedSystem system, long count) {
    return switch (system) {
      case MACOS_AARCH64, MACOS_X86_64, LINUX -> OptionalLong.of(count);
      default -> OptionalLong.empty();
    };
  }

  private static OptionalLong time(SimulatedSystem system, long micros) {
    return switch (system) {
      case NETBSD_7, NETBSD_11 -> OptionalLong.empty();
      default -> OptionalLong.of(micros);
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = WITHOUT)
  void establishedConnectionIsReported(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.tcpPair();
      assertThat(sim.send(pair[0], "question")).isEqualTo(8);
      assertThat(sim.send(pair[1], "answer")).isEqualTo(6);
      KQueueFfmTcpInfo info = info(sim, pair[0]);
      assertThat(info.state()).contains(State.ESTABLISHED);
      assertThat(info.mss()).hasValue(16_344);
      assertThat(info.congestionWindow()).hasValue(163_440);
      assertThat(info.rttMicros()).isEqualTo(time(system, 3_000));
      assertThat(info.rttvarMicros()).isEqualTo(time(system, 2_000));
      assertThat(info.retransmits())
          .isEqualTo(
              system == SimulatedSystem.OPENBSD_7_8 ? OptionalLong.empty() : OptionalLong.of(0));
      assertThat(info.bytesSent()).isEqualTo(bytes(system, 8));
      assertThat(info.bytesReceived()).isEqualTo(bytes(system, 6));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = WITHOUT)
  void endsOfTheConnectionAreStates(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.tcpPair();
      sim.expect(sim.kernel.shutdown(pair[0], sim.number(Constant.SHUT_WR)));
      assertThat(info(sim, pair[0]).state()).contains(State.FIN_WAIT_2);
      assertThat(info(sim, pair[1]).state()).contains(State.CLOSE_WAIT);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = WITHOUT)
  void endOfThePeerIsCounted(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.tcpPair();
      assertThat(info(sim, pair[1]).bytesReceived()).isEqualTo(bytes(system, 0));
      sim.expect(sim.kernel.shutdown(pair[0], sim.number(Constant.SHUT_WR)));
      assertThat(info(sim, pair[1]).bytesReceived())
          .isEqualTo(bytes(system, system == SimulatedSystem.LINUX ? 1 : 0));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = WITHOUT)
  void channelThatIsNotConnectedIsClosedForTcp(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      KQueueFfmSocketChannel channel = new SimulatedChannels(sim.kernel).tcpClient();
      boolean macos = sim.platform.has(Constant.TCP_CONNECTION_INFO);
      assertThat(channel.tcpInfo().state()).contains(State.CLOSED);
      assertThat(channel.tcpInfo().mss())
          .isEqualTo(macos ? OptionalLong.empty() : OptionalLong.of(536));
      channel.unsafe().closeForcibly();
      assertThatThrownBy(channel::tcpInfo)
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("the channel is closed");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.INCLUDE, names = WITHOUT)
  void systemWithoutTheOptionIsNotSupported(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int near = sim.tcpPair()[0];
      assertThatThrownBy(() -> info(sim, near))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("dragonfly-x86_64 has neither TCP_INFO nor TCP_CONNECTION_INFO");
    }
  }
}
