package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalStreamTest {
  @TempDir Path folder;

  private Address name(String file) {
    return Address.local((folder + "/" + file).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void bytesGoBothWaysUnderAName(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.local();
      assertThat(calls.outcome(calls.bind(listener, name("s\u00e4")))).isEqualTo("0");
      calls.kernel.listen(listener, 5);
      int client = calls.local();
      assertThat(calls.outcome(calls.connect(client, name("s\u00e4")))).isEqualTo("0");
      int server = calls.kernel.accept(listener, 0, 0);
      calls.block(server, false);
      assertThat(calls.localName(server)).isEqualTo(name("s\u00e4"));
      assertThat(calls.peerName(client)).isEqualTo(name("s\u00e4").toString());
      assertThat(calls.send(client, "question")).isEqualTo("8");
      assertThat(calls.receive(server)).isEqualTo("question");
      assertThat(calls.send(server, "answer")).isEqualTo("6");
      assertThat(calls.receive(client)).isEqualTo("answer");
    }
  }

  @ParameterizedTest
  @EnumSource
  void nameIsAFileThatStays(SimulatedSystem system) throws IOException {
    try (Calls calls = new Calls(system)) {
      int listener = calls.local();
      calls.bind(listener, name("s"));
      Path file = folder.resolve("s");
      assertThat(Files.getAttribute(file, "unix:mode"))
          .matches(mode -> ((int) mode & 0xf000) == 0xc000);
      assertThat(calls.outcome(calls.connect(calls.local(), name("s")))).isEqualTo("ECONNREFUSED");
      assertThat(calls.outcome(calls.bind(calls.local(), name("s")))).isEqualTo("EADDRINUSE");
      calls.kernel.close(listener);
      assertThat(Files.exists(file)).isTrue();
      assertThat(calls.outcome(calls.connect(calls.local(), name("s")))).isEqualTo("ECONNREFUSED");
      Files.delete(file);
      assertThat(calls.outcome(calls.connect(calls.local(), name("s")))).isEqualTo("ENOENT");
      assertThat(calls.outcome(calls.bind(calls.local(), name("s")))).isEqualTo("0");
      assertThat(calls.outcome(calls.bind(calls.local(), name("none/s")))).isEqualTo("ENOENT");
    }
  }

  @ParameterizedTest
  @EnumSource
  void endComesAfterTheBytes(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.localPair();
      calls.send(pair[0], "bye");
      calls.kernel.close(pair[0]);
      assertThat(calls.text(calls.read(pair[1]))).isEqualTo("active 3 EOF");
      assertThat(calls.write(pair[1]).eof).isTrue();
      assertThat(calls.receive(pair[1])).isEqualTo("bye");
      assertThat(calls.receive(pair[1])).isEqualTo("end");
      assertThat(calls.send(pair[1], "x")).isEqualTo("EPIPE");
      calls.kernel.close(pair[1]);
      assertThat(calls.simulation.left()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void halfClosureLeavesTheOtherDirection(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.localPair();
      calls.shutdown(pair[0], Constant.SHUT_WR);
      assertThat(calls.receive(pair[1])).isEqualTo("end");
      assertThat(calls.send(pair[1], "late")).isEqualTo("4");
      assertThat(calls.receive(pair[0])).isEqualTo("late");
    }
  }

  @ParameterizedTest
  @EnumSource
  void writerWaitsForRoomAndLosesNothing(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int[] pair = calls.localPair();
      int sent = 0;
      for (long n = 0; n >= 0; n = calls.sendBytes(pair[0], sent, 20_000)) {
        sent += (int) n;
      }
      assertThat(calls.write(pair[0]).active).isFalse();
      int received = 0;
      for (long n = 0; n >= 0; n = calls.receiveBytes(pair[1], received, 3_000)) {
        received += (int) n;
      }
      assertThat(received).isEqualTo(sent);
      assertThat(calls.write(pair[0]).active).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedListenerEndsWhatItDidNotAccept(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      int listener = calls.local();
      calls.bind(listener, name("s"));
      calls.kernel.listen(listener, 5);
      int client = calls.local();
      calls.connect(client, name("s"));
      calls.kernel.close(listener);
      assertThat(calls.receive(client)).isEqualTo("ECONNRESET");
      calls.kernel.close(client);
      assertThat(calls.simulation.left()).isEmpty();
    }
  }

  @Test
  void epollBitsAreThoseOfLinux() {
    try (Calls calls = new Calls(SimulatedSystem.LINUX)) {
      assertThat(calls.poll(calls.local())).isEqualTo("OUT|HUP");
      int[] pair = calls.localPair();
      assertThat(calls.poll(pair[0])).isEqualTo("OUT");
      calls.shutdown(pair[1], Constant.SHUT_WR);
      assertThat(calls.poll(pair[0])).isEqualTo("IN|OUT|RDHUP");
      calls.send(pair[0], "unread");
      calls.kernel.close(pair[1]);
      assertThat(calls.poll(pair[0])).isEqualTo("IN|OUT|RDHUP|HUP|ERR");
      assertThat(calls.send(pair[0], "x")).isEqualTo("EPIPE");
      assertThat(calls.receive(pair[0])).isEqualTo("ECONNRESET");
      assertThat(calls.receive(pair[0])).isEqualTo("end");
    }
  }
}
