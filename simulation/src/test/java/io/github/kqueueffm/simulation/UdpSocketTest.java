package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IPV6;
import static io.github.kqueueffm.abi.Constant.IPV6_JOIN_GROUP;
import static io.github.kqueueffm.abi.Constant.IPV6_LEAVE_GROUP;
import static io.github.kqueueffm.abi.Constant.IP_ADD_MEMBERSHIP;
import static io.github.kqueueffm.abi.Constant.IP_ADD_SOURCE_MEMBERSHIP;
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
import io.github.kqueueffm.abi.Struct;
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
  void groupOfIpv6ReceivesUntilItIsLeft(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      Address group = Address.ip("ff05::123", 0);
      int member = sim.socket(Constant.AF_INET6, Constant.SOCK_DGRAM);
      assertThat(sim.bind(member, Address.ip("::", 0))).isZero();
      byte[] request = Arrays.copyOf(group.bytes(), sim.platform.struct("ipv6_mreq").size());
      request[sim.platform.struct("ipv6_mreq").offset("ipv6mr_interface")] = Interfaces.OTHER;
      int sender = sim.socket(Constant.AF_INET6, Constant.SOCK_DGRAM);
      Address to = group.withPort(sim.localName(member).port());
      sim.sendTo(sender, "before", to);
      assertThat(sim.receive(member)).isEqualTo("EAGAIN");
      assertThat(sim.set(member, IPPROTO_IPV6, IPV6_JOIN_GROUP, request)).isZero();
      sim.sendTo(sender, "joined", to);
      assertThat(sim.receive(member)).isEqualTo("joined");
      assertThat(sim.set(member, IPPROTO_IPV6, IPV6_LEAVE_GROUP, request)).isZero();
      sim.sendTo(sender, "left", to);
      assertThat(sim.receive(member)).isEqualTo("EAGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void groupReceivesFromTheSourcesThatAreWanted(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      if (!sim.platform.has(IP_ADD_SOURCE_MEMBERSHIP)) {
        return;
      }
      int wanting = memberFrom(sim, "10.0.0.5");
      int other = memberFrom(sim, "10.0.0.9");
      for (int member : new int[] {wanting, other}) {
        Address to = Address.ip("239.1.2.3", sim.localName(member).port());
        assertThat(sim.sendTo(sim.udp(), "x", to)).isEqualTo(1);
      }
      assertThat(sim.receive(wanting)).isEqualTo("x");
      assertThat(sim.receive(other)).isEqualTo("EAGAIN");
    }
  }

  /** {@return a member of the group on the second interface, for the datagrams of one source} */
  private static int memberFrom(SimFixture sim, String source) {
    int fd = sim.udp();
    assertThat(sim.bind(fd, Address.ip("0.0.0.0", 0))).isZero();
    Struct struct = sim.platform.struct("ip_mreq_source");
    byte[] request = new byte[struct.size()];
    put(request, struct.offset("imr_multiaddr"), GROUP);
    put(request, struct.offset("imr_sourceaddr"), Address.ip(source, 0).bytes());
    put(request, struct.offset("imr_interface"), Address.ip("10.0.0.5", 0).bytes());
    assertThat(sim.set(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, request)).isZero();
    return fd;
  }

  private static void put(byte[] into, int at, byte[] bytes) {
    System.arraycopy(bytes, 0, into, at, bytes.length);
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
