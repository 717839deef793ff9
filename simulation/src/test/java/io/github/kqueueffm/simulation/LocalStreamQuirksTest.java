package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.simulation.SimulatedSystem.LINUX;
import static io.github.kqueueffm.simulation.SimulatedSystem.MACOS_AARCH64;
import static io.github.kqueueffm.simulation.SimulatedSystem.MACOS_X86_64;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What single systems do in their own way with local streams. */
class LocalStreamQuirksTest {
  @TempDir Path folder;

  private Address name(String file) {
    return Address.local(folder.resolve(file).toString().getBytes(StandardCharsets.UTF_8));
  }

  private int listener(Calls calls, int backlog) {
    int fd = calls.local();
    assertThat(calls.outcome(calls.bind(fd, name("s")))).isEqualTo("0");
    calls.kernel.listen(fd, backlog);
    return fd;
  }

  @ParameterizedTest
  @EnumSource
  void ordinaryFileIsNoSocket(SimulatedSystem system) throws IOException {
    Files.writeString(folder.resolve("text"), "text");
    try (Calls calls = new Calls(system)) {
      assertThat(calls.outcome(calls.connect(calls.local(), name("text"))))
          .isEqualTo(system == LINUX ? "ECONNREFUSED" : "ENOTSOCK");
    }
  }

  @ParameterizedTest
  @EnumSource
  void roomOfNewSocket(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      assertThat(calls.option(calls.local(), Constant.SOL_SOCKET, Constant.SO_SNDBUF))
          .isEqualTo(system == LINUX ? 212_992 : 8_192);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nameOfClosedPeer(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = listener(calls, 5);
      int client = calls.local();
      calls.connect(client, name("s"));
      int server = calls.kernel.accept(listener, 0, 0);
      assertThat(calls.peerName(client)).isEqualTo(name("s").toString());
      calls.send(server, "unread");
      calls.kernel.close(server);
      boolean macos = system == MACOS_AARCH64 || system == MACOS_X86_64;
      assertThat(calls.peerName(client))
          .isEqualTo(system == LINUX ? name("s").toString() : macos ? "EINVAL" : "ENOTCONN");
      assertThat(calls.receive(client)).isEqualTo("unread");
    }
  }

  @ParameterizedTest
  @EnumSource
  void fullBacklog(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      listener(calls, 0);
      assertThat(calls.outcome(calls.connect(calls.local(), name("s")))).isEqualTo("0");
      assertThat(calls.outcome(calls.connect(calls.local(), name("s"))))
          .isEqualTo(system == LINUX ? "EAGAIN" : "ECONNREFUSED");
    }
  }

  @ParameterizedTest
  @EnumSource
  void receiveWithoutConnection(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      assertThat(calls.receive(calls.local())).isEqualTo(system == LINUX ? "EINVAL" : "ENOTCONN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownWithoutConnection(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      assertThat(calls.shutdown(calls.local(), Constant.SHUT_WR))
          .isEqualTo(system == LINUX ? "0" : "ENOTCONN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendToShutInput(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.localPair();
      calls.shutdown(pair[0], Constant.SHUT_RD);
      assertThat(calls.send(pair[1], "x")).isEqualTo(system == LINUX ? "EPIPE" : "1");
    }
  }
}
