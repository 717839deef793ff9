package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileCallsTest {
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("f\u00e4 %41"), text);
  }

  private static int open(KernelBench bench, Path path) {
    return bench.kernel.open(bench.path(path), bench.number(Constant.O_RDONLY), 0);
  }

  @ParameterizedTest
  @EnumSource
  void fileIsReadUnderADescriptorOfTheSimulation(SimulatedSystem system) throws IOException {
    try (KernelBench bench = new KernelBench(system)) {
      int fd = open(bench, file("content"));
      assertThat(fd).isEqualTo(Descriptors.FIRST);
      assertThat(bench.read(fd)).isEqualTo("content");
      assertThat(bench.read(fd)).isEmpty();
      assertThat(bench.kernel.write(fd, bench.scratch(), 1)).isEqualTo(bench.error(Errno.EBADF));
      bench.kernel.close(fd);
      assertThat(bench.simulation.left()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void fileThatIsAbsentOrInAFileIsRefused(SimulatedSystem system) throws IOException {
    try (KernelBench bench = new KernelBench(system)) {
      assertThat(open(bench, folder.resolve("absent"))).isEqualTo(bench.error(Errno.ENOENT));
      assertThat(open(bench, file("").resolve("in"))).isEqualTo(bench.error(Errno.ENOTDIR));
      bench.simulation.limitDescriptors(Descriptors.FIRST);
      assertThat(open(bench, file("x"))).isEqualTo(bench.error(Errno.EMFILE));
      assertThat(bench.simulation.left()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptedThreadReadsAFile(SimulatedSystem system) throws IOException {
    try (KernelBench bench = new KernelBench(system)) {
      int fd = open(bench, file("content"));
      Thread.currentThread().interrupt();
      assertThat(bench.read(fd)).isEqualTo("content");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void lstatDescribesFilesLinksAndSockets(SimulatedSystem system) throws IOException {
    Path socket = folder.resolve("socket");
    try (KernelBench bench = new KernelBench(system);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(socket));
      int type = bench.number(Constant.S_IFMT);
      int isSocket = bench.number(Constant.S_IFSOCK);
      assertThat(mode(bench, socket) & type).isEqualTo(isSocket);
      Path link = Files.createSymbolicLink(folder.resolve("link"), socket);
      assertThat(mode(bench, link) & type).isNotEqualTo(isSocket);
      Object inode = Files.getAttribute(socket, "unix:ino");
      assertThat(stat(bench, socket, "st_ino")).isEqualTo(inode);
      assertThat(bench.kernel.lstat(bench.path(folder.resolve("absent")), bench.scratch()))
          .isEqualTo(bench.error(Errno.ENOENT));
    }
  }

  private static int mode(KernelBench bench, Path path) {
    return (int) stat(bench, path, "st_mode");
  }

  private static long stat(KernelBench bench, Path path, String field) {
    Struct struct = bench.kernel.platform().struct("stat");
    assertThat(bench.kernel.lstat(bench.path(path), bench.scratch())).isZero();
    return Memory.getUnsigned(bench.scratch() + struct.offset(field), struct.width(field));
  }

  @ParameterizedTest
  @EnumSource
  void unlinkRemovesAFileAndALink(SimulatedSystem system) throws IOException {
    try (KernelBench bench = new KernelBench(system)) {
      Path file = file("x");
      Path link = Files.createSymbolicLink(folder.resolve("link"), file);
      assertThat(bench.kernel.unlink(bench.path(link))).isZero();
      assertThat(file).exists();
      assertThat(bench.kernel.unlink(bench.path(file))).isZero();
      assertThat(file).doesNotExist();
      assertThat(bench.kernel.unlink(bench.path(file))).isEqualTo(bench.error(Errno.ENOENT));
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendfileSendsUntilTheFileEnds(SimulatedSystem system) throws IOException {
    try (KernelBench bench = new KernelBench(system)) {
      if (!bench.kernel.has(Call.SENDFILE)) {
        return;
      }
      int fd = open(bench, file("0123456789"));
      int[] pipe = bench.pipe();
      assertThat(bench.kernel.sendfile(pipe[1], fd, 3, 4, bench.scratch())).isZero();
      assertThat(Memory.getLong(bench.scratch())).isEqualTo(4);
      assertThat(bench.read(pipe[0])).isEqualTo("3456");
      assertThat(bench.kernel.sendfile(pipe[1], fd, 8, 100, bench.scratch())).isZero();
      assertThat(Memory.getLong(bench.scratch())).isEqualTo(2);
      assertThat(bench.read(pipe[0])).isEqualTo("89");
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendfileSaysHowMuchItSentBeforeThereWasNoRoom(SimulatedSystem system) throws IOException {
    long before = NativeMemory.live();
    try (KernelBench bench = new KernelBench(system)) {
      if (!bench.kernel.has(Call.SENDFILE)) {
        return;
      }
      int fd = open(bench, file("x".repeat(200_000)));
      int[] pipe = bench.pipe();
      int result = bench.kernel.sendfile(pipe[1], fd, 0, 200_000, bench.scratch());
      long sent = Memory.getLong(bench.scratch());
      assertThat(result).isEqualTo(bench.is("linux") ? 0 : bench.error(Errno.EAGAIN));
      assertThat(sent).isEqualTo(bench.is("linux") ? 65_536 : 16_384);
      assertThat(bench.kernel.sendfile(pipe[1], fd, sent, 200_000, bench.scratch()))
          .isEqualTo(bench.error(Errno.EAGAIN));
      assertThat(Memory.getLong(bench.scratch())).isZero();
    }
    assertThat(NativeMemory.live()).isEqualTo(before);
  }
}
