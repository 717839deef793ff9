package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TcpSocketTest {
  @ParameterizedTest
  @EnumSource
  void bytesGoBothWays(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      assertThat(calls.receive(pair[0])).isEqualTo("EAGAIN");
      assertThat(calls.send(pair[0], "question")).isEqualTo("8");
      assertThat(calls.text(calls.read(pair[1]))).isEqualTo("active 8");
      assertThat(calls.receive(pair[1])).isEqualTo("question");
      assertThat(calls.send(pair[1], "answer")).isEqualTo("6");
      assertThat(calls.receive(pair[0])).isEqualTo("answer");
      assertThat(calls.peerName(pair[0])).isEqualTo(calls.localName(pair[1]).toString());
      assertThat(calls.peerName(pair[1])).isEqualTo(calls.localName(pair[0]).toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectIsUnderWayAndThenDone(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener();
      int client = calls.tcp();
      assertThat(calls.outcome(calls.connect(client, calls.localName(listener))))
          .isEqualTo("EINPROGRESS");
      assertThat(calls.write(client).active).isTrue();
      assertThat(calls.error(client)).isEqualTo("0");
      assertThat(calls.text(calls.read(listener))).isEqualTo("active 1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void portWithoutListenerRefuses(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener();
      Address address = calls.localName(listener);
      calls.kernel.close(listener);
      int client = calls.tcp();
      assertThat(calls.outcome(calls.connect(client, address))).isEqualTo("EINPROGRESS");
      FilterState write = calls.write(client);
      assertThat(write.eof).isTrue();
      assertThat(calls.outcome(-write.errno)).isEqualTo("ECONNREFUSED");
      assertThat(calls.error(client)).isEqualTo("ECONNREFUSED");
      assertThat(calls.error(client)).isEqualTo("0");
      assertThat(calls.write(client).errno).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void endComesAfterTheBytes(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.send(pair[0], "bye");
      assertThat(calls.shutdown(pair[0], Constant.SHUT_WR)).isEqualTo("0");
      assertThat(calls.text(calls.read(pair[1]))).isEqualTo("active 3 EOF");
      assertThat(calls.receive(pair[1])).isEqualTo("bye");
      assertThat(calls.receive(pair[1])).isEqualTo("end");
      assertThat(calls.write(pair[1]).eof).isFalse();
      assertThat(calls.write(pair[0]).eof).isTrue();
      assertThat(calls.send(pair[0], "x")).isEqualTo("EPIPE");
      assertThat(calls.send(pair[1], "late")).isEqualTo("4");
      assertThat(calls.receive(pair[0])).isEqualTo("late");
    }
  }

  @ParameterizedTest
  @EnumSource
  void resetComesAfterTheBytes(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.send(pair[0], "last");
      calls.reset(pair[0]);
      assertThat(calls.text(calls.read(pair[1]))).isEqualTo("active 4 EOF ECONNRESET");
      assertThat(calls.receive(pair[1])).isEqualTo("last");
      assertThat(calls.receive(pair[1])).isEqualTo("ECONNRESET");
      assertThat(calls.error(pair[1])).isEqualTo("0");
      assertThat(calls.receive(pair[1])).isEqualTo("end");
      assertThat(calls.send(pair[1], "x")).isEqualTo("EPIPE");
      assertThat(calls.peerName(pair[1])).isEqualTo("ENOTCONN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesToClosedSocketAreReset(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.kernel.close(pair[1]);
      assertThat(calls.text(calls.read(pair[0]))).isEqualTo("active 0 EOF");
      assertThat(calls.send(pair[0], "x")).isEqualTo("1");
      assertThat(calls.write(pair[0]).eof).isTrue();
      assertThat(calls.send(pair[0], "x")).isEqualTo("EPIPE");
    }
  }

  @ParameterizedTest
  @EnumSource
  void writerWaitsForRoomAndLosesNothing(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      int sent = 0;
      for (long n = 0; n >= 0; n = calls.sendBytes(pair[0], sent, 20_000)) {
        sent += (int) n;
      }
      assertThat(sent).isGreaterThan(65_536);
      assertThat(calls.write(pair[0]).active).isFalse();
      // No FIN can come while the window is full.
      calls.kernel.shutdown(pair[0], calls.number(Constant.SHUT_WR));
      assertThat(calls.read(pair[1]).eof).isFalse();
      int received = 0;
      for (long n = 1; n > 0; n = calls.receiveBytes(pair[1], received, 7_000)) {
        received += n > 1 ? (int) n : 0;
      }
      assertThat(received).isEqualTo(sent);
      assertThat(calls.receive(pair[1])).isEqualTo("end");
    }
  }

  @ParameterizedTest
  @EnumSource
  void closeSendsWhatIsLeft(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      int sent = 0;
      for (long n = 0; n >= 0; n = calls.sendBytes(pair[0], sent, 20_000)) {
        sent += (int) n;
      }
      calls.kernel.close(pair[0]);
      int received = 0;
      long n;
      while ((n = calls.receiveBytes(pair[1], received, 9_000)) > 0) {
        received += (int) n;
      }
      assertThat(n).isZero();
      assertThat(received).isEqualTo(sent);
      calls.kernel.close(pair[1]);
      assertThat(calls.simulation.left()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedListenerResetsWhatItDidNotAccept(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener();
      int client = calls.tcp();
      calls.connect(client, calls.localName(listener));
      calls.kernel.close(listener);
      assertThat(calls.receive(client)).isEqualTo("ECONNRESET");
      calls.kernel.close(client);
      assertThat(calls.simulation.left()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void portInUseIsRefused(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.listener();
      assertThat(calls.outcome(calls.bind(calls.tcp(), calls.localName(listener))))
          .isEqualTo("EADDRINUSE");
      assertThat(calls.outcome(calls.bind(calls.tcp(), Address.ip("10.9.9.9", 0))))
          .isEqualTo("EADDRNOTAVAIL");
      Address address = calls.localName(listener);
      calls.kernel.close(listener);
      assertThat(calls.outcome(calls.bind(calls.tcp(), address))).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothEndsCloseAndNothingIsLeft(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.shutdown(pair[0], Constant.SHUT_WR);
      calls.shutdown(pair[1], Constant.SHUT_WR);
      assertThat(calls.receive(pair[0])).isEqualTo("end");
      assertThat(calls.receive(pair[1])).isEqualTo("end");
      calls.kernel.close(pair[0]);
      calls.kernel.close(pair[1]);
      assertThat(calls.simulation.left()).isEmpty();
    }
  }

  @Test
  void synThatVanishesTimesOut() {
    for (SimulatedSystem system : SimulatedSystem.values()) {
      Simulation simulation = Simulation.seeded(system, 1, Faults.NONE);
      try (Calls calls = new Calls(simulation)) {
        int client = calls.tcp();
        calls.block(client, true);
        long start = calls.kernel.nanoTime();
        assertThat(calls.outcome(calls.connect(client, Address.ip("192.0.2.1", 80))))
            .isEqualTo("ETIMEDOUT");
        assertThat(calls.kernel.nanoTime() - start).isEqualTo(75_000_000_000L);
        calls.kernel.close(client);
      } finally {
        simulation.end();
      }
    }
  }

  @Test
  void delayedPacketsKeepTheirOrder() {
    for (int seed = 0; seed < 40; seed++) {
      Simulation simulation = Simulation.seeded(SimulatedSystem.FREEBSD_13, seed, Faults.NONE);
      try (Calls calls = new Calls(simulation)) {
        int listener = calls.listener();
        int client = calls.tcp();
        calls.block(client, true);
        calls.connect(client, calls.localName(listener));
        calls.block(listener, true);
        int server = calls.kernel.accept(listener, 0, 0);
        converse(calls, simulation, client, server);
        calls.kernel.close(listener);
        simulation.sleep(1_000_000_000);
        assertThat(simulation.left()).isEmpty();
      } finally {
        simulation.end();
      }
    }
  }

  private static void converse(Calls calls, Simulation simulation, int client, int server) {
    calls.block(client, false);
    calls.block(server, true);
    int sent = 0;
    int received = 0;
    while (sent < 300_000) {
      long n = calls.sendBytes(client, sent, 5_000);
      sent += n > 0 ? (int) n : 0;
      if (n < 0) {
        received += (int) calls.receiveBytes(server, received, 3_000);
        simulation.sleep(1_000_000);
      }
    }
    calls.kernel.close(client);
    for (long n = calls.receiveBytes(server, received, 3_000); n > 0; ) {
      received += (int) n;
      n = calls.receiveBytes(server, received, 3_000);
    }
    assertThat(received).isEqualTo(sent);
    calls.kernel.close(server);
  }

  @Test
  void epollBitsAreThoseOfLinux() {
    try (Calls calls = new Calls(SimulatedSystem.LINUX)) {
      assertThat(calls.poll(calls.tcp())).isEqualTo("OUT|HUP");
      int[] pair = calls.connected();
      assertThat(calls.poll(pair[0])).isEqualTo("OUT");
      calls.shutdown(pair[1], Constant.SHUT_WR);
      assertThat(calls.poll(pair[0])).isEqualTo("IN|OUT|RDHUP");
      calls.shutdown(pair[0], Constant.SHUT_WR);
      assertThat(calls.poll(pair[0])).isEqualTo("IN|OUT|RDHUP|HUP");
      int[] reset = calls.connected();
      calls.reset(reset[1]);
      assertThat(calls.poll(reset[0])).isEqualTo("IN|OUT|RDHUP|HUP|ERR");
      assertThat(calls.receive(reset[0])).isEqualTo("ECONNRESET");
      assertThat(calls.poll(reset[0])).isEqualTo("IN|OUT|RDHUP|HUP");
      int[] shut = calls.connected();
      calls.shutdown(shut[0], Constant.SHUT_RD);
      assertThat(calls.poll(shut[0])).isEqualTo("IN|OUT|RDHUP");
    }
  }

  @Test
  void refusedConnectHasAllBits() {
    try (Calls calls = new Calls(SimulatedSystem.LINUX)) {
      int client = calls.tcp();
      calls.connect(client, Address.ip("127.0.0.1", 1));
      assertThat(calls.poll(client)).isEqualTo("IN|OUT|RDHUP|HUP|ERR");
    }
  }

  @Test
  void ipv6SocketCarriesIpv4() {
    for (SimulatedSystem system :
        List.of(
            SimulatedSystem.FREEBSD_13,
            SimulatedSystem.MACOS_AARCH64,
            SimulatedSystem.NETBSD_11,
            SimulatedSystem.LINUX)) {
      try (Calls calls = new Calls(system)) {
        int listener = calls.listener(Address.ip("::", 0), 5);
        int port = calls.localName(listener).port();
        int client = calls.tcp();
        calls.connect(client, Address.ip("127.0.0.1", port));
        int server = calls.kernel.accept(listener, 0, 0);
        assertThat(calls.peerName(server)).isEqualTo(calls.localName(client).toString());
        assertThat(calls.peerName(client)).isEqualTo("127.0.0.1:" + port);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void errnoOfTheEndFollowsSoErrorAndTheEndStays(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.connected();
      calls.reset(pair[1]);
      assertThat(calls.text(calls.read(pair[0]))).isEqualTo("active 0 EOF ECONNRESET");
      assertThat(calls.error(pair[0])).isEqualTo("ECONNRESET");
      assertThat(calls.text(calls.read(pair[0]))).isEqualTo("active 0 EOF");
    }
  }
}
