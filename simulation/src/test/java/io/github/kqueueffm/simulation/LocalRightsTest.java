package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.F_GETFD;
import static io.github.kqueueffm.abi.Constant.SOCK_STREAM;
import static io.github.kqueueffm.simulation.SimulatedSystem.LINUX;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Descriptors that are passed over local streams. */
class LocalRightsTest {
  private static final int CONTROL = 4_000;

  private static boolean isMacos(SimFixture sim) {
    return sim.platform.has(Constant.SO_LINGER_SEC);
  }

  private static String received(SimFixture sim, int fd) {
    SimFixture.Received received = sim.receiveMessage(fd, 100, CONTROL, 0);
    List<Integer> descriptors = sim.descriptors(received);
    for (int descriptor : descriptors) {
      assertThat(sim.kernel.fcntl(descriptor, sim.number(F_GETFD), 0)).isNotNegative();
      sim.kernel.close(descriptor);
    }
    return received.text() + " " + descriptors.size();
  }

  @ParameterizedTest
  @EnumSource
  void bytesWithDescriptorsAreReceivedApart(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_STREAM);
      int passed = sim.udp();
      sim.send(pair[0], "before");
      assertThat(sim.sendDescriptors(pair[0], passed)).isEqualTo(1);
      assertThat(sim.sendDescriptors(pair[0], passed, pair[0], passed)).isEqualTo(1);
      sim.send(pair[0], "after");
      sim.kernel.close(passed);
      if (system == LINUX) {
        assertThat(received(sim, pair[1])).isEqualTo("beforex 1");
        assertThat(received(sim, pair[1])).isEqualTo("x 3");
        assertThat(received(sim, pair[1])).isEqualTo("after 0");
      } else {
        assertThat(received(sim, pair[1])).isEqualTo("before 0");
        assertThat(received(sim, pair[1])).isEqualTo("x 1");
        assertThat(received(sim, pair[1])).isEqualTo("xafter 3");
      }
      assertThat(sim.receive(pair[1])).isEqualTo("EAGAIN");
      assertThat(sim.simulation.left()).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closeReleasesDescriptorsThatWereNotReceived(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_STREAM);
      int passed = sim.udp();
      sim.sendDescriptors(pair[0], passed, passed);
      sim.sendDescriptors(pair[0], passed);
      sim.kernel.close(passed);
      assertThat(sim.simulation.left()).hasSize(3);
      sim.kernel.close(pair[0]);
      assertThat(sim.simulation.left()).hasSize(2);
      sim.kernel.close(pair[1]);
      assertThat(sim.simulation.left()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void receiveWithoutControlBufferReleasesDescriptors(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_STREAM);
      int passed = sim.udp();
      sim.sendDescriptors(pair[0], passed);
      sim.kernel.close(passed);
      if (system == SimulatedSystem.OPENBSD_7_8) {
        assertThat(sim.receive(pair[1])).isEqualTo("EMSGSIZE");
      } else {
        assertThat(sim.receive(pair[1])).isEqualTo("x");
      }
      assertThat(sim.simulation.left()).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void streamCarriesAsManyDescriptorsAsADatagram(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      int[] pair = sim.localPair(SOCK_STREAM);
      int most = isMacos(sim) ? 254 : system == LINUX ? 253 : 512;
      int[] descriptors = new int[most + 1];
      Arrays.fill(descriptors, pair[0]);
      assertThat(sim.outcome(sim.sendDescriptors(pair[0], descriptors))).isEqualTo("EINVAL");
      assertThat(sim.sendDescriptors(pair[0], Arrays.copyOf(descriptors, most))).isEqualTo(1);
      assertThat(received(sim, pair[1])).isEqualTo("x " + most);
    }
  }

  @ParameterizedTest
  @EnumSource
  void processOfPeerIsKnownUntilItsClose(SimulatedSystem system) {
    try (SimFixture sim = new SimFixture(system)) {
      if (!sim.platform.has(Constant.LOCAL_PEERPID)) {
        assertThat(isMacos(sim)).isFalse();
        return;
      }
      int[] pair = sim.localPair(SOCK_STREAM);
      assertThat(sim.get(pair[0], Constant.SOL_LOCAL, Constant.LOCAL_PEERPID))
          .isEqualTo(Long.toString(ProcessHandle.current().pid()));
      sim.kernel.close(pair[1]);
      assertThat(sim.get(pair[0], Constant.SOL_LOCAL, Constant.LOCAL_PEERPID))
          .isEqualTo("ENOTCONN");
      assertThat(sim.getBytes(pair[0], Constant.SOL_LOCAL, Constant.LOCAL_PEERCRED, 100))
          .isPositive();
    }
  }
}
