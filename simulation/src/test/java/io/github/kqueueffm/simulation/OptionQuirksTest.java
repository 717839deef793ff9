package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.AF_INET6;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IPV6;
import static io.github.kqueueffm.abi.Constant.IPPROTO_TCP;
import static io.github.kqueueffm.abi.Constant.IPV6_UNICAST_HOPS;
import static io.github.kqueueffm.abi.Constant.IPV6_V6ONLY;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_TTL;
import static io.github.kqueueffm.abi.Constant.IP_TTL;
import static io.github.kqueueffm.abi.Constant.SOCK_STREAM;
import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_ACCEPTCONN;
import static io.github.kqueueffm.abi.Constant.SO_KEEPALIVE;
import static io.github.kqueueffm.abi.Constant.SO_LINGER;
import static io.github.kqueueffm.abi.Constant.SO_LINGER_SEC;
import static io.github.kqueueffm.abi.Constant.SO_PEERCRED;
import static io.github.kqueueffm.abi.Constant.SO_RCVBUF;
import static io.github.kqueueffm.abi.Constant.SO_SNDBUF;
import static io.github.kqueueffm.abi.Constant.TCP_CONNECTION_INFO;
import static io.github.kqueueffm.abi.Constant.TCP_INFO;
import static io.github.kqueueffm.abi.Constant.TCP_NODELAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Struct;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptionQuirksTest {

  @ParameterizedTest
  @EnumSource
  void ipv6OnlyStaysOn(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.socket(AF_INET6, SOCK_STREAM);
      String cleared = sim.outcome(sim.set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0));
      String value = sim.get(fd, IPPROTO_IPV6, IPV6_V6ONLY);
      switch (system) {
        case OPENBSD_7_8 -> assertThat(cleared + value).isEqualTo("EINVAL1");
        case DRAGONFLY -> assertThat(cleared + value).matches("E(OPNOT|NOT)SUPP?1");
        default -> assertThat(cleared + value).isEqualTo("00");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void switchIsAnsweredAsItsBit(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.tcp();
      sim.set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
      assertThat(sim.get(fd, SOL_SOCKET, SO_KEEPALIVE))
          .isEqualTo(
              switch (system) {
                case OPENBSD_7_8, DRAGONFLY -> "8";
                default -> "1";
              });
      sim.set(fd, SOL_SOCKET, SO_KEEPALIVE, 0);
      assertThat(sim.get(fd, SOL_SOCKET, SO_KEEPALIVE)).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void multicastTtlIsOneByte(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.udp();
      assertThat(sim.set(fd, IPPROTO_IP, IP_MULTICAST_TTL, new byte[] {7})).isZero();
      boolean byteOnly = system == SimulatedSystem.OPENBSD_7_8;
      assertThat(sim.getBytes(fd, IPPROTO_IP, IP_MULTICAST_TTL, Integer.BYTES))
          .isEqualTo(byteOnly ? 1 : Integer.BYTES);
      assertThat(sim.valueAt(0) & 0xff).isEqualTo(7);
      assertThat(sim.outcome(sim.set(fd, IPPROTO_IP, IP_MULTICAST_TTL, 9)))
          .isEqualTo(byteOnly ? "EINVAL" : "0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void acceptconnIsNotRead(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      assertThat(sim.get(sim.tcp(), SOL_SOCKET, SO_ACCEPTCONN))
          .isEqualTo(system == SimulatedSystem.DRAGONFLY ? "ENOPROTOOPT" : "0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void ipv6SocketHasOptionsOfIpv4(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.socket(AF_INET6, SOCK_STREAM);
      String outcome = sim.outcome(sim.set(fd, IPPROTO_IP, IP_TTL, 9));
      if (system == SimulatedSystem.LINUX) {
        assertThat(outcome).isEqualTo("0");
        assertThat(sim.get(fd, IPPROTO_IP, IP_TTL)).isEqualTo("9");
      } else {
        assertThat(outcome).isIn("EINVAL", "ENOPROTOOPT");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void otherProtocolsOptionIsRefused(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.tcp();
      boolean netbsd = system == SimulatedSystem.NETBSD_7 || system == SimulatedSystem.NETBSD_11;
      boolean linux = system == SimulatedSystem.LINUX;
      assertThat(sim.outcome(sim.set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9)))
          .isEqualTo(netbsd || linux ? "ENOPROTOOPT" : "EINVAL");
      assertThat(sim.get(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS))
          .isEqualTo(linux ? "ENOTSUP" : netbsd ? "ENOPROTOOPT" : "EINVAL");
      int local = sim.socket(Constant.AF_UNIX, SOCK_STREAM);
      assertThat(sim.outcome(sim.set(local, Constant.IPPROTO_TCP, TCP_NODELAY, 1)))
          .isEqualTo(linux ? "ENOTSUP" : netbsd ? "ENOPROTOOPT" : "EINVAL");
    }
  }

  @ParameterizedTest
  @EnumSource
  void tcpOptionsOfResetConnection(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.tcpPair();
      sim.setLinger(pair[0], SO_LINGER, 0);
      sim.kernel.close(pair[0]);
      assertThat(sim.get(pair[1], IPPROTO_TCP, TCP_NODELAY))
          .isEqualTo(
              switch (system) {
                case LINUX, MACOS_AARCH64, MACOS_X86_64 -> "0";
                default -> "ECONNRESET";
              });
      assertThat(sim.get(pair[1], SOL_SOCKET, SO_KEEPALIVE)).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void optionsAfterBothEnds(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.tcpPair();
      sim.setLinger(pair[0], SO_LINGER, 0);
      sim.kernel.close(pair[0]);
      boolean macos = sim.platform.has(SO_LINGER_SEC);
      assertThat(sim.outcome(sim.set(pair[1], SOL_SOCKET, SO_KEEPALIVE, 1)))
          .isEqualTo(macos ? "EINVAL" : "0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void bufferOfShutDirection(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int near = sim.tcpPair()[0];
      assertThat(sim.kernel.shutdown(near, sim.number(Constant.SHUT_WR))).isZero();
      assertThat(sim.outcome(sim.set(near, SOL_SOCKET, SO_SNDBUF, 50_000)))
          .isEqualTo(system == SimulatedSystem.OPENBSD_7_8 ? "EINVAL" : "0");
      assertThat(sim.set(near, SOL_SOCKET, SO_RCVBUF, 50_000)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void bufferIsDoubled(SimulatedSystem system) {
    boolean linux = system == SimulatedSystem.LINUX;
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.tcp();
      assertThat(sim.set(fd, SOL_SOCKET, SO_RCVBUF, 50_000)).isZero();
      assertThat(sim.get(fd, SOL_SOCKET, SO_RCVBUF)).isEqualTo(linux ? "100000" : "50000");
      assertThat(sim.outcome(sim.set(fd, SOL_SOCKET, SO_RCVBUF, 10_000_000)))
          .isEqualTo(linux ? "0" : "ENOBUFS");
      assertThat(sim.outcome(sim.set(fd, SOL_SOCKET, SO_RCVBUF, 0)))
          .isEqualTo(linux ? "0" : "EINVAL");
      if (linux) {
        assertThat(sim.get(fd, SOL_SOCKET, SO_RCVBUF)).isEqualTo("2304");
        assertThat(sim.set(fd, SOL_SOCKET, SO_SNDBUF, 1)).isZero();
        assertThat(sim.get(fd, SOL_SOCKET, SO_SNDBUF)).isEqualTo("4608");
        assertThat(sim.set(fd, SOL_SOCKET, SO_SNDBUF, -5)).isZero();
        assertThat(sim.get(fd, SOL_SOCKET, SO_SNDBUF)).isEqualTo("8388608");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void lingerCountsTicks(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.tcp();
      boolean macos = sim.platform.has(SO_LINGER_SEC);
      sim.setLinger(fd, macos ? SO_LINGER_SEC : SO_LINGER, 2);
      SocketFile socket = (SocketFile) sim.simulation.world().descriptors.get(fd);
      assertThat(socket.lingerNanos()).isEqualTo(2_000_000_000L);
      assertThat(sim.linger(fd, SO_LINGER)).isEqualTo(macos ? 200 : 2);
      if (macos) {
        sim.setLinger(fd, SO_LINGER_SEC, 16_384);
        assertThat(sim.linger(fd, SO_LINGER_SEC)).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void longLingerIsRefused(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.tcp();
      assertThat(sim.setLinger(fd, SO_LINGER, 32_767)).isZero();
      assertThat(sim.outcome(sim.setLinger(fd, SO_LINGER, 32_768)))
          .isEqualTo(system == SimulatedSystem.OPENBSD_7_8 ? "EINVAL" : "0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void longLingerIsKept(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.tcp();
      sim.setLinger(fd, SO_LINGER, 7);
      sim.setLinger(fd, SO_LINGER, 65_540);
      assertThat(sim.linger(fd, SO_LINGER))
          .isEqualTo(
              switch (system) {
                case LINUX -> 65_540;
                case OPENBSD_7_8 -> 7;
                default -> 4;
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void credentialsWithoutPeer(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int fd = sim.socket(Constant.AF_UNIX, SOCK_STREAM);
      boolean linux = system == SimulatedSystem.LINUX;
      Constant option =
          sim.platform.has(SO_PEERCRED)
              ? SO_PEERCRED
              : sim.platform.has(Constant.LOCAL_PEERCRED)
                  ? Constant.LOCAL_PEERCRED
                  : Constant.LOCAL_PEEREID;
      Constant level =
          option == SO_PEERCRED ? SOL_SOCKET : IPPROTO_IP; // SOL_LOCAL is 0 wherever it exists.
      int result = sim.getBytes(fd, level, option, 100);
      if (linux) {
        assertThat(result).isPositive();
        assertThat(sim.valueAt(sim.platform.struct("ucred").offset("uid"))).isEqualTo(-1);
      } else {
        assertThat(sim.outcome(result)).isEqualTo("ENOTCONN");
      }
    }
  }

  /** {@return the bytes of the option, which {@link SimFixture#valueAt} has, or an errno} */
  private static int tcpInfo(SimFixture sim, int fd, int room) {
    Constant option = sim.platform.has(TCP_INFO) ? TCP_INFO : TCP_CONNECTION_INFO;
    return sim.platform.has(option) ? sim.getBytes(fd, IPPROTO_TCP, option, room) : 0;
  }

  private static Struct tcpInfoStruct(SimFixture sim) {
    return sim.platform.struct(sim.platform.has(TCP_INFO) ? "tcp_info" : "tcp_connection_info");
  }

  @ParameterizedTest
  @EnumSource
  void sizeOfTcpInfo(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int near = sim.tcpPair()[0];
      assertThat(tcpInfo(sim, near, 500))
          .isEqualTo(
              switch (system) {
                case MACOS_AARCH64, MACOS_X86_64 -> 112;
                case FREEBSD_13, NETBSD_7, NETBSD_11 -> 236;
                case OPENBSD_7_8 -> 212;
                case DRAGONFLY -> 0;
                case LINUX -> 232;
              });
      assertThat(tcpInfo(sim, near, 50)).isEqualTo(system == SimulatedSystem.DRAGONFLY ? 0 : 50);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DRAGONFLY")
  void congestionWindowInSegments(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      tcpInfo(sim, sim.tcpPair()[0], 500);
      assertThat(sim.valueAt(tcpInfoStruct(sim).offset("tcpi_snd_cwnd")))
          .isEqualTo(
              switch (system) {
                case NETBSD_7, NETBSD_11, LINUX -> 10;
                default -> 163_440;
              });
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DRAGONFLY", "NETBSD_7", "NETBSD_11"})
  void timesOfTcpInMilliseconds(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      tcpInfo(sim, sim.tcpPair()[0], 500);
      boolean macos = sim.platform.has(TCP_CONNECTION_INFO);
      Struct struct = tcpInfoStruct(sim);
      assertThat(sim.valueAt(struct.offset(macos ? "tcpi_srtt" : "tcpi_rtt")))
          .isEqualTo(macos ? 3 : 3_000);
      assertThat(sim.valueAt(struct.offset("tcpi_rttvar"))).isEqualTo(macos ? 2 : 2_000);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DRAGONFLY")
  void tcpInfoBeforeConnect(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      tcpInfo(sim, sim.tcp(), 500);
      boolean macos = sim.platform.has(TCP_CONNECTION_INFO);
      String mss = macos ? "tcpi_maxseg" : "tcpi_snd_mss";
      assertThat(sim.valueAt(tcpInfoStruct(sim).offset(mss))).isEqualTo(macos ? 0 : 536);
      assertThat(sim.valueAt(0) & 0xff).isEqualTo(system == SimulatedSystem.LINUX ? 7 : 0);
    }
  }
}
