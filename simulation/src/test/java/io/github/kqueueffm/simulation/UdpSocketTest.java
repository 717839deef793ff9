package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IP_ADD_MEMBERSHIP;
import static io.github.kqueueffm.abi.Constant.IP_DROP_MEMBERSHIP;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_IF;
import static io.github.kqueueffm.abi.Constant.IP_MULTICAST_LOOP;
import static io.github.kqueueffm.abi.Constant.IP_PKTINFO;
import static io.github.kqueueffm.abi.Constant.IP_RECVDSTADDR;
import static io.github.kqueueffm.abi.Constant.MSG_TRUNC;
import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_BROADCAST;
import static io.github.kqueueffm.abi.Constant.SO_ERROR;
import static io.github.kqueueffm.abi.Constant.SO_RCVBUF;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UdpSocketTest {
  private static final byte[] GROUP = {(byte) 239, 1, 2, 3};

  @ParameterizedTest
  @EnumSource
  void datagramsComeWholeAndInOrderFromTheirSender(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.boundUdp();
      int client = sim.boundUdp();
      Address to = sim.localName(server);
      assertThat(sim.sendTo(client, "one", to)).isEqualTo(3);
      assertThat(sim.sendTo(client, "", to)).isZero();
      assertThat(sim.sendTo(client, "three", to)).isEqualTo(5);
      SimFixture.Received first = sim.receiveMessage(server, 100, 0, 0);
      assertThat(first.text()).isEqualTo("one");
      assertThat(first.from()).isEqualTo(sim.localName(client));
      assertThat(sim.receive(server)).isEmpty();
      SimFixture.Received cut = sim.receiveMessage(server, 2, 0, 0);
      assertThat(cut.text()).isEqualTo("th");
      assertThat(cut.flags() & sim.number(MSG_TRUNC)).isNotZero();
      assertThat(sim.receive(server)).isEqualTo("EAGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectedSocketHearsOnlyItsPeerAndOfAnUnreachablePort(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.boundUdp();
      int client = sim.udp();
      assertThat(sim.connect(client, sim.localName(server))).isZero();
      assertThat(sim.peerName(client)).isEqualTo(sim.localName(server));
      Address its = sim.localName(client);
      assertThat(its.sameHost(SimFixture.loopback(0))).isTrue();
      sim.sendTo(sim.boundUdp(), "stranger", its);
      sim.sendTo(server, "peer", its);
      assertThat(sim.receive(client)).isEqualTo("peer");
      assertThat(sim.receive(client)).isEqualTo("EAGAIN");
      sim.kernel.close(server);
      assertThat(sim.send(client, "gone")).isEqualTo(4);
      assertThat(sim.receive(client)).isEqualTo("ECONNREFUSED");
      assertThat(sim.send(client, "gone")).isEqualTo(4);
      assertThat(sim.get(client, SOL_SOCKET, SO_ERROR))
          .isEqualTo("" + sim.platform.number(io.github.kqueueffm.abi.Errno.ECONNREFUSED));
      assertThat(sim.receive(client)).isEqualTo("EAGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void fullReceiveBufferDropsDatagrams(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.boundUdp();
      int client = sim.udp();
      sim.set(server, SOL_SOCKET, SO_RCVBUF, 5_000);
      for (int i = 0; i < 20; i++) {
        assertThat(sim.sendTo(client, 1_000, sim.localName(server))).isEqualTo(1_000);
      }
      int came = 0;
      while (!sim.receive(server).equals("EAGAIN")) {
        came++;
      }
      assertThat(came).isBetween(3, 10);
    }
  }

  @ParameterizedTest
  @EnumSource
  void destinationIsToldIfItIsAskedFor(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.udp();
      sim.bind(server, Address.ip("0.0.0.0", 0));
      Constant option = sim.platform.has(IP_RECVDSTADDR) ? IP_RECVDSTADDR : IP_PKTINFO;
      assertThat(sim.set(server, IPPROTO_IP, option, 1)).isZero();
      sim.sendTo(sim.udp(), "x", SimFixture.loopback(sim.localName(server).port()));
      SimFixture.Received received = sim.receiveMessage(server, 10, 256, 0);
      byte[] messages = received.control();
      int at = sim.controlSpace(0);
      int into = option == IP_PKTINFO ? sim.platform.struct("in_pktinfo").offset("ipi_addr") : 0;
      assertThat(Arrays.copyOfRange(messages, at + into, at + into + 4))
          .containsExactly(127, 0, 0, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void groupReceivesUntilItIsLeft(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int member = sim.udp();
      sim.bind(member, Address.ip("0.0.0.0", 0));
      int sender = sim.udp();
      Address to = Address.ip("239.1.2.3", sim.localName(member).port());
      byte[] request = Arrays.copyOf(GROUP, 8);
      assertThat(sim.set(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, request)).isZero();
      assertThat(sim.outcome(sim.set(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, request)))
          .isEqualTo("EADDRINUSE");
      sim.sendTo(sender, "in", to);
      assertThat(sim.receive(member)).isEqualTo("in");
      assertThat(sim.set(sender, IPPROTO_IP, IP_MULTICAST_LOOP, new byte[1])).isZero();
      sim.sendTo(sender, "not looped", to);
      assertThat(sim.receive(member)).isEqualTo("EAGAIN");
      sim.set(sender, IPPROTO_IP, IP_MULTICAST_LOOP, new byte[] {1});
      sim.set(sender, IPPROTO_IP, IP_MULTICAST_IF, new byte[] {127, 0, 0, 1});
      sim.sendTo(sender, "by another interface", to);
      assertThat(sim.receive(member)).isEqualTo("EAGAIN");
      sim.set(sender, IPPROTO_IP, IP_MULTICAST_IF, new byte[4]);
      assertThat(sim.set(member, IPPROTO_IP, IP_DROP_MEMBERSHIP, request)).isZero();
      sim.sendTo(sender, "left", to);
      assertThat(sim.receive(member)).isEqualTo("EAGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void broadcastNeedsItsOption(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.udp();
      sim.bind(server, Address.ip("0.0.0.0", 0));
      int client = sim.udp();
      Address to = Address.ip("255.255.255.255", sim.localName(server).port());
      assertThat(sim.outcome(sim.sendTo(client, "x", to))).isEqualTo("EACCES");
      sim.set(client, SOL_SOCKET, SO_BROADCAST, 1);
      assertThat(sim.sendTo(client, "x", to)).isEqualTo(1);
      assertThat(sim.receive(server)).isEqualTo("x");
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedSocketsLeaveNothing(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int server = sim.boundUdp();
      Address name = sim.localName(server);
      sim.sendTo(sim.udp(), "x", name);
      sim.kernel.close(server);
      assertThat(sim.bind(sim.udp(), name)).isZero();
    }
  }
}
