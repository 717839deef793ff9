package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the simulated systems differ in pipes and files. */
class FileQuirksTest {
  private static final int BSD_SIZE = 16_384;
  private static final int LINUX_SIZE = 65_536;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void sizeOfAPipe(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int[] pipe = bench.pipe();
      long size = 0;
      for (long n = 1; n > 0; size += Math.max(n, 0)) {
        n = bench.kernel.write(pipe[1], bench.scratch(), 1024);
      }
      assertThat(size).isEqualTo(bench.is("linux") ? LINUX_SIZE : BSD_SIZE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void undividedWriteToAPipe(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int[] pipe = bench.pipe();
      int free = 100;
      int left = (bench.is("linux") ? LINUX_SIZE : BSD_SIZE) - free;
      while (left > 0) {
        left -= (int) bench.kernel.write(pipe[1], bench.scratch(), Math.min(left, 1024));
      }
      assertThat(bench.kernel.write(pipe[1], bench.scratch(), 600))
          .isEqualTo(bench.is("linux") ? bench.error(Errno.EAGAIN) : free);
    }
  }

  @ParameterizedTest
  @EnumSource
  void unlinkOfADirectory(SimulatedSystem system) throws IOException {
    try (KernelBench bench = new KernelBench(system)) {
      Path directory = Files.createDirectories(folder.resolve("directory"));
      assertThat(bench.kernel.unlink(bench.path(directory)))
          .isEqualTo(bench.error(bench.is("linux") ? Errno.EISDIR : Errno.EPERM));
      assertThat(directory).isDirectory();
    }
  }

  @ParameterizedTest
  @EnumSource
  void failedSendfile(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      if (!bench.kernel.has(Call.SENDFILE)) {
        return;
      }
      int[] pipe = bench.pipe();
      // sendfile does not send from a pipe.
      assertThat(bench.kernel.sendfile(pipe[1], pipe[0], 0, 10, bench.scratch()))
          .isEqualTo(bench.error(Errno.EINVAL));
      assertThat(Memory.getLong(bench.scratch()) != 0).isEqualTo(bench.is("dragonfly"));
    }
  }
}
