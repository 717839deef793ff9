package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.simulation.SimulatedSystem.DRAGONFLY;
import static io.github.kqueueffm.simulation.SimulatedSystem.FREEBSD_13;
import static io.github.kqueueffm.simulation.SimulatedSystem.LINUX;
import static io.github.kqueueffm.simulation.SimulatedSystem.MACOS_AARCH64;
import static io.github.kqueueffm.simulation.SimulatedSystem.MACOS_X86_64;
import static io.github.kqueueffm.simulation.SimulatedSystem.NETBSD_11;
import static io.github.kqueueffm.simulation.SimulatedSystem.NETBSD_7;
import static io.github.kqueueffm.simulation.SimulatedSystem.OPENBSD_7_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What single systems do in their own way with TCP. */
class TcpSocketQuirksTest {
  private static final Address LOOPBACK = Address.ip("127.0.0.1", 0);
  private static final Address LOOPBACK_6 = Address.ip("::1", 0);

  private static boolean isMacos(SimulatedSystem system) {
    return system == MACOS_AARCH64 || system == MACOS_X86_64;
  }

  /** Systems whose sockets of AF_INET6 carry IPv4. */
  private static boolean isDual(SimulatedSystem system) {
    return system != OPENBSD_7_8 && system != DRAGONFLY;
  }

  @ParameterizedTest
  @EnumSource
  void loopbackHasMoreAddresses(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      assertThat(calls.outcome(calls.bind(calls.tcp(), Address.ip("127.1.2.3", 0))))
          .isEqualTo(system == LINUX ? "0" : "EADDRNOTAVAIL");
    }
  }

  @ParameterizedTest
  @EnumSource
  void portIsOfTheSystemsRange(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int first =
          switch (system) {
            case FREEBSD_13 -> 10_000;
            case OPENBSD_7_8 -> 1_024;
            case LINUX -> 32_768;
            default -> 49_152;
          };
      assertThat(calls.localName(calls.listener()).port()).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reusedAddressIsTakenByListener(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int first = calls.tcp();
      calls.on(first, Constant.SO_REUSEADDR);
      calls.bind(first, LOOPBACK);
      Address address = calls.localName(first);
      int second = calls.tcp();
      calls.on(second, Constant.SO_REUSEADDR);
      assertThat(calls.outcome(calls.bind(second, address)))
          .isEqualTo(system == LINUX ? "0" : "EADDRINUSE");
      calls.kernel.listen(first, 1);
      int wildcard = calls.tcp();
      calls.on(wildcard, Constant.SO_REUSEADDR);
      assertThat(calls.outcome(calls.bind(wildcard, Address.ip("0.0.0.0", address.port()))))
          .isEqualTo(system == LINUX ? "EADDRINUSE" : "0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void wildcardOfIpv6BesideIpv4(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int first = calls.tcp();
      calls.bind(first, Address.ip("0.0.0.0", 0));
      int port = calls.localName(first).port();
      String expected = isDual(system) && !isMacos(system) ? "EADDRINUSE" : "0";
      assertThat(calls.outcome(calls.bind(calls.tcp6(), Address.ip("::", port))))
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mappedConnectionsGetTheirOwnPorts(SimulatedSystem system) {
    if (!isDual(system)) {
      return;
    }
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener(LOOPBACK, 4_096);
      Set<Address> names = new HashSet<>();
      int twice = -1;
      for (int i = 0; i < 1_000 && twice < 0; i++) {
        int client = calls.tcp6();
        calls.connect(client, calls.localName(listener));
        twice = names.add(calls.localName(client)) ? -1 : client;
        int server = calls.kernel.accept(listener, 0, 0);
        calls.block(server, false);
        calls.send(client, "x");
        assertThat(calls.receive(server)).isEqualTo(twice < 0 ? "x" : "EAGAIN");
      }
      assertThat(twice >= 0).isEqualTo(system == NETBSD_7 || system == NETBSD_11);
    }
  }

  @ParameterizedTest
  @EnumSource
  void acceptWithoutDescriptor(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener();
      int client = calls.tcp();
      calls.connect(client, calls.localName(listener));
      calls.simulation.limitDescriptors(client + 1);
      assertThat(calls.accept(listener)).isEqualTo("EMFILE");
      assertThat(calls.receive(client)).isEqualTo(isMacos(system) ? "end" : "EAGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void wildcardIsThisMachine(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int port = calls.localName(calls.listener()).port();
      int client = calls.tcp();
      String said = calls.outcome(calls.connect(client, Address.ip("0.0.0.0", port)));
      if (system == OPENBSD_7_8) {
        assertThat(said).isEqualTo("EINVAL");
      } else {
        assertThat(said).isEqualTo("EINPROGRESS");
        assertThat(calls.peerName(client)).isEqualTo("127.0.0.1:" + port);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void wildcardOfIpv6IsThisMachine(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int port = calls.localName(calls.listener(Address.ip("::", 0), 5)).port();
      String said = calls.outcome(calls.connect(calls.tcp6(), Address.ip("::", port)));
      assertThat(said)
          .isEqualTo(
              switch (system) {
                case NETBSD_7 -> "EHOSTUNREACH";
                case OPENBSD_7_8 -> "EINVAL";
                default -> "EINPROGRESS";
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectionsOfSharedPort(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] counts = shared(calls, Constant.SO_REUSEPORT);
      assertThat(counts).containsExactly(system == LINUX ? new int[] {25, 25} : new int[] {50, 0});
      if (system == FREEBSD_13) {
        assertThat(shared(calls, Constant.SO_REUSEPORT_LB)).containsExactly(25, 25);
      }
    }
  }

  /** {@return how many of 50 connections two listeners got} */
  private static int[] shared(Calls calls, Constant option) {
    int first = calls.tcp();
    int second = calls.tcp();
    calls.on(first, option);
    calls.on(second, option);
    calls.bind(first, LOOPBACK);
    Address address = calls.localName(first);
    assertThat(calls.outcome(calls.bind(second, address))).isEqualTo("0");
    calls.kernel.listen(first, 100);
    calls.kernel.listen(second, 100);
    for (int i = 0; i < 50; i++) {
      calls.connect(calls.tcp(), address);
    }
    return new int[] {(int) calls.read(first).data, (int) calls.read(second).data};
  }

  @ParameterizedTest
  @EnumSource
  void backlogHoldsSoMany(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener(LOOPBACK, 10);
      for (int i = 0; i < 30; i++) {
        calls.connect(calls.tcp(), calls.localName(listener));
      }
      assertThat(calls.read(listener).data).isEqualTo(system == LINUX ? 11 : 16);
    }
  }

  @ParameterizedTest
  @EnumSource
  void resetConnectionIsAborted(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener();
      int client = calls.tcp();
      calls.connect(client, calls.localName(listener));
      calls.reset(client);
      assertThat(calls.read(listener).data).isEqualTo(1);
      int accepted = calls.kernel.accept(listener, 0, 0);
      if (system == LINUX) {
        assertThat(calls.receive(accepted)).isEqualTo("ECONNRESET");
      } else {
        assertThat(calls.outcome(accepted)).isEqualTo("ECONNABORTED");
        assertThat(calls.accept(listener)).isEqualTo("EAGAIN");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void unreachableNetworkFailsConnect(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int client = calls.tcp();
      String said = calls.outcome(calls.connect(client, Address.ip("8.8.8.8", 53)));
      assertThat(said).isEqualTo(system == DRAGONFLY ? "EINPROGRESS" : "ENETUNREACH");
      if (system == DRAGONFLY) {
        assertThat(calls.text(calls.write(client))).endsWith("EOF ENETUNREACH");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void portsOfIpv6UsedUp(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      assertThat(usedUp(calls, LOOPBACK_6)).isEqualTo(isMacos(system) ? "EAGAIN" : usual(system));
      assertThat(usedUp(calls, LOOPBACK)).isEqualTo(usual(system));
    }
  }

  private static String usual(SimulatedSystem system) {
    return system == DRAGONFLY ? "EINPROGRESS" : "EADDRNOTAVAIL";
  }

  private static String usedUp(Calls calls, Address loopback) {
    int listener = calls.listener(loopback, 5);
    Address address = calls.localName(listener);
    // As connections do, but without their sockets.
    Ports ports = calls.world().network.tcp;
    int taken = 0;
    while (ports.connect(loopback, address, 0, false) != 0) {
      taken++;
    }
    assertThat(taken).isGreaterThan(10_000);
    int client = loopback.kind() == Address.Kind.IPV4 ? calls.tcp() : calls.tcp6();
    return calls.outcome(calls.connect(client, address));
  }

  @ParameterizedTest
  @EnumSource
  void boundPortRefuses(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int bound = calls.tcp();
      calls.bind(bound, LOOPBACK);
      int client = calls.tcp();
      calls.connect(client, calls.localName(bound));
      assertThat(calls.error(client)).isEqualTo(system == NETBSD_7 ? "0" : "ECONNREFUSED");
      calls.kernel.close(client);
    }
  }

  @ParameterizedTest
  @EnumSource
  void fastOpenTakesBytes(SimulatedSystem system) {
    if (system != LINUX) {
      return;
    }
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener();
      calls.option(listener, Constant.IPPROTO_TCP, Constant.TCP_FASTOPEN, 5);
      Address address = calls.localName(listener);
      assertThat(calls.fastOpen(calls.tcp(), address, "early")).isEqualTo("EINPROGRESS");
      assertThat(calls.fastOpen(calls.tcp(), address, "early")).isEqualTo("5");
      calls.accept(listener);
      int server = calls.kernel.accept(listener, 0, 0);
      assertThat(calls.receive(server)).isEqualTo("early");
    }
  }

  @ParameterizedTest
  @EnumSource
  void writableWithSomeRoom(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      int sent = 0;
      for (long n = 0; n >= 0; n = calls.sendBytes(pair[0], sent, 20_000)) {
        sent += (int) n;
      }
      int received = (int) calls.receiveBytes(pair[1], 0, 4_096);
      assertThat(received).isEqualTo(4_096);
      assertThat(calls.write(pair[0]).active).isEqualTo(system != LINUX);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutInputIsDiscarded(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.shutdown(pair[0], Constant.SHUT_RD);
      calls.send(pair[1], "late");
      assertThat(calls.receive(pair[0])).isEqualTo(system == LINUX ? "late" : "end");
      assertThat(calls.receive(pair[0])).isEqualTo("end");
    }
  }

  @ParameterizedTest
  @EnumSource
  void resetAfterEnd(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.kernel.close(pair[1]);
      calls.send(pair[0], "x");
      assertThat(calls.receive(pair[0])).isEqualTo(system == LINUX ? "end" : "ECONNRESET");
      assertThat(calls.error(pair[0])).isEqualTo(system == LINUX ? "EPIPE" : "0");
    }
  }

  private static boolean holds(SimulatedSystem system) {
    return system != NETBSD_7 && system != NETBSD_11;
  }

  private static Constant hold(SimulatedSystem system) {
    return system == LINUX ? Constant.TCP_CORK : Constant.TCP_NOPUSH;
  }

  @ParameterizedTest
  @EnumSource
  void corkedBytesComeByThemselves(SimulatedSystem system) {
    if (!holds(system)) {
      return;
    }
    Simulation simulation = Simulation.seeded(system, 1, Faults.NONE);
    try (Calls calls = new Calls(simulation)) {
      int listener = calls.listener();
      int client = calls.tcp();
      calls.block(client, true);
      calls.connect(client, calls.localName(listener));
      calls.block(listener, true);
      int server = calls.kernel.accept(listener, 0, 0);
      calls.option(client, Constant.IPPROTO_TCP, hold(system), 1);
      calls.send(client, "held");
      long start = calls.kernel.nanoTime();
      calls.block(server, true);
      // A call may take a part of them.
      assertThat("held").startsWith(calls.receive(server));
      assertThat((calls.kernel.nanoTime() - start) / 100_000_000)
          .isEqualTo(system == LINUX ? 2 : 50);
      calls.kernel.close(client);
      calls.kernel.close(server);
      calls.kernel.close(listener);
    } finally {
      simulation.end();
    }
  }

  @ParameterizedTest
  @EnumSource
  void clearedNoPushSends(SimulatedSystem system) {
    if (!holds(system)) {
      return;
    }
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.option(pair[0], Constant.IPPROTO_TCP, hold(system), 1);
      assertThat(calls.send(pair[0], "held")).isEqualTo("4");
      assertThat(calls.receive(pair[1])).isEqualTo("EAGAIN");
      calls.option(pair[0], Constant.IPPROTO_TCP, hold(system), 0);
      if (isMacos(system)) {
        assertThat(calls.receive(pair[1])).isEqualTo("EAGAIN");
        assertThat(calls.send(pair[0], "")).isEqualTo("0");
      }
      assertThat(calls.receive(pair[1])).isEqualTo("held");
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendAfterReset(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.reset(pair[1]);
      assertThat(calls.send(pair[0], "x")).isEqualTo(system == LINUX ? "ECONNRESET" : "EPIPE");
      assertThat(calls.send(pair[0], "x")).isEqualTo("EPIPE");
      assertThat(calls.receive(pair[0])).isEqualTo(system == LINUX ? "end" : "ECONNRESET");
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendWithoutConnection(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int client = calls.tcp();
      assertThat(calls.send(client, "x")).isEqualTo(system == LINUX ? "EPIPE" : "ENOTCONN");
      calls.connect(client, Address.ip("192.0.2.1", 80));
      assertThat(calls.send(client, "x")).isEqualTo(system == LINUX ? "EAGAIN" : "ENOTCONN");
      assertThat(calls.receive(client)).isEqualTo("EAGAIN");
      calls.kernel.close(client);
    }
  }

  @ParameterizedTest
  @EnumSource
  void receivingNothing(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      boolean atOnce = system == FREEBSD_13 || system == DRAGONFLY;
      assertThat(calls.receiveNothing(pair[0])).isEqualTo(atOnce ? "0" : "EAGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void readingNothing(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      boolean atOnce = system == FREEBSD_13 || system == DRAGONFLY || system == LINUX;
      assertThat(calls.readNothing(pair[0])).isEqualTo(atOnce ? "0" : "EAGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownBeforeConnect(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int client = calls.tcp();
      boolean succeeds = system == NETBSD_7 || system == NETBSD_11 || system == OPENBSD_7_8;
      assertThat(calls.shutdown(client, Constant.SHUT_WR)).isEqualTo(succeeds ? "0" : "ENOTCONN");
      assertThat(calls.outcome(calls.connect(client, calls.localName(calls.listener()))))
          .isEqualTo(succeeds ? "EINVAL" : "EINPROGRESS");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownOfEndedInput(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.shutdown(pair[1], Constant.SHUT_WR);
      assertThat(calls.shutdown(pair[0], Constant.SHUT_RD))
          .isEqualTo(isMacos(system) ? "ENOTCONN" : "0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void closeWithUnreadBytes(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.send(pair[0], "unread");
      calls.kernel.close(pair[1]);
      assertThat(calls.receive(pair[0])).isEqualTo(system == LINUX ? "ECONNRESET" : "end");
    }
  }
}
