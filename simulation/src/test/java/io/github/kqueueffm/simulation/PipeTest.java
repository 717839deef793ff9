package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PipeTest {

  @ParameterizedTest
  @EnumSource
  void bytesComeInOrderAlsoAcrossTheEndOfTheRing(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int[] pipe = bench.pipe();
      for (int i = 0; i < 1000; i++) {
        String text = "%0123d".formatted(i);
        assertThat(bench.write(pipe[1], text)).isEqualTo(text.length());
        assertThat(bench.read(pipe[0])).isEqualTo(text);
      }
      assertThat(bench.kernel.read(pipe[0], bench.scratch(), 1))
          .isEqualTo(bench.error(Errno.EAGAIN));
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachEndNoticesThatTheOtherIsClosed(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "last");
      bench.kernel.close(pipe[1]);
      assertThat(bench.read(pipe[0])).isEqualTo("last");
      assertThat(bench.read(pipe[0])).isEmpty();
      int[] other = bench.pipe();
      bench.kernel.close(other[0]);
      assertThat(bench.write(other[1], "x")).isEqualTo(bench.error(Errno.EPIPE));
      assertThat(bench.read(other[1])).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void blockingReadWaitsForTheWriter(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int[] pipe = bench.pipe();
      bench.kernel.fcntl(pipe[0], bench.number(Constant.F_SETFL), 0);
      bench.simulation.start("writer", () -> bench.write(pipe[1], "text"));
      assertThat(bench.read(pipe[0])).isEqualTo("text");
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shortCountLimitsAReadAndAWrite(SimulatedSystem system) {
    try (KernelBench bench =
        new KernelBench(system, (number, call, fd) -> new Faults.Fault.Part(2))) {
      int[] pipe = bench.pipe();
      assertThat(bench.write(pipe[1], "text")).isEqualTo(2);
      assertThat(bench.write(pipe[1], "xt")).isEqualTo(2);
      assertThat(bench.read(pipe[0])).isEqualTo("te");
      assertThat(bench.read(pipe[0])).isEqualTo("xt");
    }
  }
}
