package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.F_GETFD;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IPV6;
import static io.github.kqueueffm.abi.Constant.IPV6_JOIN_GROUP;
import static io.github.kqueueffm.abi.Constant.IPV6_RECVPKTINFO;
import static io.github.kqueueffm.abi.Constant.IPV6_V6ONLY;
import static io.github.kqueueffm.abi.Constant.IP_ADD_MEMBERSHIP;
import static io.github.kqueueffm.abi.Constant.MCAST_JOIN_GROUP;
import static io.github.kqueueffm.abi.Constant.MSG_CMSG_CLOEXEC;
import static io.github.kqueueffm.abi.Constant.MSG_CTRUNC;
import static io.github.kqueueffm.abi.Constant.SOCK_DGRAM;
import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_REUSEADDR;
import static io.github.kqueueffm.abi.Constant.SO_REUSEPORT;
import static io.github.kqueueffm.simulation.SimulatedSystem.FREEBSD_13;
import static io.github.kqueueffm.simulation.SimulatedSystem.LINUX;
import static io.github.kqueueffm.simulation.SimulatedSystem.NETBSD_7;
import static io.github.kqueueffm.simulation.SimulatedSystem.OPENBSD_7_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatagramQuirksTest {
  private static final Address NOWHERE = Address.ip("8.8.8.8", 9);

  @TempDir Path folder;

  private static boolean isMacos(SimFixture sim) {
    return sim.platform.has(Constant.SO_LINGER_SEC);
  }

  // Messages.

  @ParameterizedTest
  @EnumSource
  void errorOfManyStays(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      if (!sim.platform.hasStruct("mmsghdr")) {
        assertThat(isMacos(sim) || system == SimulatedSystem.DRAGONFLY).isTrue();
        return;
      }
      int server = sim.boundUdp();
      int client = sim.udp();
      Address to = sim.localName(server);
      assertThat(sim.many(client, true, "x", to, NOWHERE)).isEqualTo(1);
      String next = sim.outcome(sim.sendTo(client, "y", to));
      assertThat(next).isEqualTo(system == NETBSD_7 ? "ENETUNREACH" : "1");
      assertThat(sim.sendTo(client, "z", to)).isEqualTo(1);
      // The queue's EAGAIN.
      assertThat(sim.many(server, false, "1234", to, to, to, to)).isPositive();
      FilterState state = new FilterState();
      sim.simulation.world().descriptors.get(server).readState(state, 1);
      assertThat(state.active).isEqualTo(system == NETBSD_7);
    }
  }

  @ParameterizedTest
  @EnumSource
  void receivedDescriptorIsInherited(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int flag = sim.platform.getOr(MSG_CMSG_CLOEXEC, 0);
      int[] pair = sim.localPair(SOCK_DGRAM);
      sim.sendDescriptors(pair[0], sim.udp());
      SimFixture.Received received = sim.receiveMessage(pair[1], 10, 100, flag);
      int fd = sim.descriptors(received).get(0);
      assertThat(sim.kernel.fcntl(fd, sim.number(F_GETFD), 0))
          .isEqualTo(system == FREEBSD_13 || flag == 0 ? 0 : 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void descriptorsWithoutRoom(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_DGRAM);
      int passed = sim.udp();
      sim.sendDescriptors(pair[0], passed, passed);
      sim.kernel.close(passed);
      int before = sim.simulation.left().size();
      SimFixture.Received received =
          sim.receiveMessage(pair[1], 10, sim.controlSpace(Integer.BYTES), 0);
      boolean cut = (received.flags() & sim.number(MSG_CTRUNC)) != 0;
      if (system == OPENBSD_7_8) {
        assertThat(received.text()).isEqualTo("EMSGSIZE");
      } else {
        assertThat(received.text()).isEqualTo("x");
        assertThat(cut).isTrue();
      }
      sim.descriptors(received).forEach(sim.kernel::close);
      int leaks = isMacos(sim) ? 0 : 1;
      assertThat(sim.simulation.left()).hasSize(before - leaks);
    }
  }

  @ParameterizedTest
  @EnumSource
  void descriptorsInPart(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_DGRAM);
      int passed = sim.udp();
      sim.sendDescriptors(pair[0], passed, passed, passed);
      sim.simulation.limitDescriptors(passed + 2);
      SimFixture.Received received = sim.receiveMessage(pair[1], 10, 100, 0);
      if (system == LINUX) {
        assertThat(received.flags() & sim.number(MSG_CTRUNC)).isNotZero();
        assertThat(sim.descriptors(received)).containsExactly(passed + 1);
      } else {
        assertThat(received.text()).isEqualTo("EMSGSIZE");
      }
      sim.simulation.limitDescriptors(1000);
      sim.descriptors(received).forEach(sim.kernel::close);
      sim.kernel.close(passed);
      assertThat(sim.simulation.left()).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mostDescriptors(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_DGRAM);
      int most = isMacos(sim) ? 254 : system == LINUX ? 253 : 512;
      int[] descriptors = new int[most];
      Arrays.fill(descriptors, pair[0]);
      assertThat(sim.sendDescriptors(pair[0], descriptors)).isEqualTo(1);
      int[] tooMany = Arrays.copyOf(descriptors, most + 1);
      tooMany[most] = pair[0];
      assertThat(sim.outcome(sim.sendDescriptors(pair[0], tooMany))).isEqualTo("EINVAL");
    }
  }

  // UDP.

  @ParameterizedTest
  @EnumSource
  void errorAndDatagramInOrder(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.boundUdp();
      int client = sim.udp();
      sim.connect(client, sim.localName(server));
      sim.sendTo(server, "x", sim.localName(client));
      sim.kernel.close(server);
      sim.send(client, "gone");
      List<String> both = List.of(sim.receive(client), sim.receive(client));
      assertThat(both)
          .isEqualTo(system == LINUX ? List.of("ECONNREFUSED", "x") : List.of("x", "ECONNREFUSED"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesAvailable(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.boundUdp();
      int client = sim.udp();
      sim.sendTo(client, 10, sim.localName(server));
      sim.sendTo(client, 7, sim.localName(server));
      long memory = NativeMemory.allocate(Integer.BYTES);
      try {
        long request = Integer.toUnsignedLong(sim.number(Constant.FIONREAD));
        assertThat(sim.kernel.ioctl(server, request, memory)).isZero();
        int names = system == NETBSD_7 ? 2 * 16 : 0;
        assertThat(Memory.getInt(memory)).isEqualTo(system == LINUX ? 10 : 17 + names);
      } finally {
        NativeMemory.free(memory);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void longestDatagram(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.boundUdp();
      int client = sim.udp();
      int most = system == LINUX ? 65_507 : 9_216;
      assertThat(sim.sendTo(client, most, sim.localName(server))).isEqualTo(most);
      assertThat(sim.outcome(sim.sendTo(client, most + 1, sim.localName(server))))
          .isEqualTo("EMSGSIZE");
    }
  }

  @ParameterizedTest
  @EnumSource
  void disconnect(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int client = sim.udp();
      sim.connect(client, sim.localName(sim.boundUdp()));
      int port = sim.localName(client).port();
      String outcome = sim.outcome(sim.connect(client, Address.none()));
      assertThat(outcome).isEqualTo(system == LINUX ? "0" : "EAFNOSUPPORT");
      assertThat(sim.peerName(client)).isNull();
      assertThat(sim.localName(client).isWildcard()).isTrue();
      assertThat(sim.localName(client).port()).isEqualTo(system == LINUX ? 0 : port);
      assertThat(sim.outcome(sim.bind(client, Address.ip("0.0.0.0", port))))
          .isEqualTo(system == LINUX ? "0" : "EINVAL");
    }
  }

  @ParameterizedTest
  @EnumSource
  void peerAfterFailedConnect(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int client = sim.udp();
      sim.connect(client, sim.localName(sim.boundUdp()));
      int failed = sim.connect(client, NOWHERE);
      if (system == SimulatedSystem.DRAGONFLY) {
        assertThat(failed).isZero();
        assertThat(sim.receive(client)).isEqualTo("ENETUNREACH");
      } else {
        assertThat(sim.outcome(failed)).isEqualTo("ENETUNREACH");
      }
      assertThat(sim.peerName(client) != null).isEqualTo(system == LINUX);
    }
  }

  @ParameterizedTest
  @EnumSource
  void familyAfterDisconnect(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int client = sim.udp6();
      if (!sim.get(client, IPPROTO_IPV6, IPV6_V6ONLY).equals("0")) {
        return;
      }
      assertThat(sim.connect(client, Address.ip("::1", 9))).isZero();
      sim.connect(client, Address.none());
      assertThat(sim.outcome(sim.connect(client, SimFixture.loopback(9))))
          .isEqualTo(system == FREEBSD_13 ? "EAFNOSUPPORT" : isMacos(sim) ? "EINVAL" : "0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectedSendsToAnother(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int client = sim.udp();
      sim.connect(client, sim.localName(sim.boundUdp()));
      Address another = sim.localName(sim.boundUdp());
      assertThat(sim.outcome(sim.sendTo(client, "x", another)))
          .isEqualTo(system == LINUX ? "1" : "EISCONN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void groupOfAnotherSocket(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      Address group = Address.ip("239.1.2.3", 0);
      int member = sim.udp();
      int other = sim.udp();
      for (int fd : new int[] {member, other}) {
        sim.set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        sim.set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
        int port = fd == member ? 0 : sim.localName(member).port();
        assertThat(sim.bind(fd, Address.ip("0.0.0.0", port))).isZero();
      }
      sim.set(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, Arrays.copyOf(group.bytes(), 8));
      sim.sendTo(sim.udp(), "x", group.withPort(sim.localName(member).port()));
      assertThat(sim.receive(member)).isEqualTo("x");
      assertThat(sim.receive(other)).isEqualTo(system == LINUX ? "x" : "EAGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void unreachablePortOverIpv6Socket(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int client = sim.udp6();
      if (!sim.get(client, IPPROTO_IPV6, IPV6_V6ONLY).equals("0")) {
        return;
      }
      assertThat(sim.connect(client, SimFixture.loopback(9))).isZero();
      sim.send(client, "x");
      assertThat(sim.receive(client)).isEqualTo(system == NETBSD_7 ? "EAGAIN" : "ECONNREFUSED");
    }
  }

  @ParameterizedTest
  @EnumSource
  void recipientOverIpv6Socket(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.udp6();
      if (!sim.get(server, IPPROTO_IPV6, IPV6_V6ONLY).equals("0")) {
        return;
      }
      assertThat(sim.bind(server, Address.ip("::", 0))).isZero();
      assertThat(sim.set(server, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)).isZero();
      sim.sendTo(sim.udp(), "x", SimFixture.loopback(sim.localName(server).port()));
      SimFixture.Received received = sim.receiveMessage(server, 10, 100, 0);
      int at = sim.controlSpace(0) + 12;
      assertThat(Arrays.copyOfRange(received.control(), at, at + 4))
          .isEqualTo(system == NETBSD_7 ? new byte[4] : new byte[] {127, 0, 0, 1});
    }
  }

  @ParameterizedTest
  @EnumSource
  void mappedGroup(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      byte[] request = new byte[20];
      request[10] = -1;
      request[11] = -1;
      System.arraycopy(new byte[] {(byte) 239, 1, 2, 3}, 0, request, 12, 4);
      assertThat(sim.outcome(sim.set(sim.udp6(), IPPROTO_IPV6, IPV6_JOIN_GROUP, request)))
          .isEqualTo(isMacos(sim) ? "0" : "EINVAL");
    }
  }

  @ParameterizedTest
  @EnumSource
  void groupWithoutInterface(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      if (!sim.platform.has(MCAST_JOIN_GROUP)) {
        return;
      }
      int fd = sim.udp();
      assertThat(sim.outcome(sim.set(fd, IPPROTO_IP, MCAST_JOIN_GROUP, groupRequest(sim, 0))))
          .isEqualTo(system == LINUX ? "0" : "EADDRNOTAVAIL");
      assertThat(sim.set(fd, IPPROTO_IP, MCAST_JOIN_GROUP, groupRequest(sim, 1))).isZero();
    }
  }

  private static byte[] groupRequest(SimFixture sim, int index) {
    int at = sim.platform.struct("group_req").offset("gr_group");
    byte[] request = new byte[sim.platform.struct("group_req").size()];
    request[0] = (byte) index;
    long memory = NativeMemory.allocate(100);
    try {
      Address group = Address.ip("239.1.2.3", 0);
      int length = sim.simulation.world().addresses.write(group, false, memory, 100);
      Memory.copy(memory, request, at, length);
    } finally {
      NativeMemory.free(memory);
    }
    return request;
  }

  // Local datagrams.

  @ParameterizedTest
  @EnumSource
  void unnamedSender(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_DGRAM);
      sim.send(pair[0], "x");
      Address from = sim.receiveMessage(pair[1], 10, 0, 0).from();
      assertThat(from).isEqualTo(system == LINUX ? null : Address.unnamed());
    }
  }

  @ParameterizedTest
  @EnumSource
  void longestLocalDatagram(SimulatedSystem system) {
    int most =
        switch (system) {
          case OPENBSD_7_8 -> 8_192;
          case DRAGONFLY -> 65_536;
          case LINUX -> 212_960;
          default -> 2_048;
        };
    try (SimFixture sim = new SimFixture(system)) {
      int sender = sim.localPair(SOCK_DGRAM)[0];
      assertThat(sim.outcome(sim.send(sender, most + 1))).isEqualTo("EMSGSIZE");
      assertThat(sim.outcome(sim.send(sender, most - 100))).isEqualTo("" + (most - 100));
    }
  }

  @ParameterizedTest
  @EnumSource
  void localQueue(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int sender = sim.localPair(SOCK_DGRAM)[0];
      int sent = 0;
      while (sim.send(sender, "x") == 1) {
        sent++;
      }
      assertThat(sent)
          .isEqualTo(
              switch (system) {
                case NETBSD_7 -> 8;
                case LINUX -> 278;
                default -> 64;
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void fullReceiver(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int receiver = sim.localDatagram();
      sim.bindLocal(receiver, folder.resolve(system.toString()));
      int sender = sim.localDatagram();
      assertThat(sim.connect(sender, sim.localName(receiver))).isZero();
      long result = 1;
      int sent = -1;
      while (result == 1) {
        result = sim.send(sender, "x");
        sent++;
      }
      assertThat(sim.outcome(result)).isEqualTo(system == LINUX ? "EAGAIN" : "ENOBUFS");
      assertThat(sent).isEqualTo(system == LINUX ? 11 : system == NETBSD_7 ? 8 : 64);
      FilterState state = new FilterState();
      sim.simulation.world().descriptors.get(sender).writeState(state, 1);
      assertThat(state.active).isTrue();
      assertThat(sim.receive(receiver)).isEqualTo("x");
      assertThat(sim.send(sender, "x")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedReceiver(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_DGRAM);
      sim.kernel.close(pair[1]);
      assertThat(sim.outcome(sim.send(pair[0], "x")))
          .isEqualTo(system == LINUX ? "ECONNREFUSED" : "ECONNRESET");
      assertThat(sim.peerName(pair[0])).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void localSendWithoutPeer(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      assertThat(sim.outcome(sim.send(sim.localDatagram(), "x")))
          .isEqualTo(system == LINUX ? "ENOTCONN" : "EDESTADDRREQ");
    }
  }
}
