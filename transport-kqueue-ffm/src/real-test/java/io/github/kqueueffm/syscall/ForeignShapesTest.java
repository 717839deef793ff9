package io.github.kqueueffm.syscall;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The shapes that functions have on macOS and the BSDs and not on Linux, called for real: in a
 * library that has them.
 */
@Tag("real")
@Needs(SystemPromise.EPOLL)
class ForeignShapesTest {
  private static final int SIZE = 64;

  @TempDir private Path folder;

  private final Kernel real = Kernels.system();
  private final long memory = NativeMemory.allocate(2 * SIZE);
  private final long sent = memory + SIZE;
  private final List<Integer> descriptors = new ArrayList<>();

  @AfterEach
  void free() {
    descriptors.forEach(real::close);
    NativeMemory.free(memory);
  }

  private Kernel kernel(Platform platform) throws IOException, InterruptedException {
    String compiler = compiler();
    assumeThat(compiler).as("a C compiler, cc or gcc on the PATH").isNotNull();
    Path library = folder.resolve("libshapes.so");
    List<String> command = new ArrayList<>(List.of(compiler, "-shared", "-fPIC", "-Wall"));
    if (platform.system() == OperatingSystem.MACOS) {
      command.add("-DMACOS");
    }
    command.addAll(List.of("-o", library.toString(), "src/test/c/shapes.c"));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return new FfmKernel(platform, library);
  }

  private static String compiler() {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      for (String name : List.of("cc", "gcc")) {
        if (Files.isExecutable(Path.of(directory, name))) {
          return Path.of(directory, name).toString();
        }
      }
    }
    return null;
  }

  private int file(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), content);
    byte[] path = (file + "\0").getBytes(US_ASCII);
    long address = NativeMemory.allocate(path.length);
    Memory.copy(path, 0, address, path.length);
    int fd = real.open(address, 0, 0);
    NativeMemory.free(address);
    return own(fd);
  }

  private int own(int fd) {
    assertThat(fd).isNotNegative();
    descriptors.add(fd);
    return fd;
  }

  private String received(int fd) {
    byte[] bytes = new byte[(int) real.read(fd, memory, SIZE)];
    Memory.copy(memory, bytes, 0, bytes.length);
    return new String(bytes, US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "macos-aarch64",
        "macos-x86_64",
        "freebsd-x86_64",
        "freebsd-aarch64",
        "dragonfly-x86_64"
      })
  void sendfileReportsWhatItSentAlsoWhenItFails(String name) throws Exception {
    Platform platform = Platform.named(name);
    Kernel kernel = kernel(platform);
    int file = file("0123456789");
    assertThat(real.pipe(memory)).isZero();
    int out = own(Memory.getInt(memory));
    int in = own(Memory.getInt(memory + Integer.BYTES));

    assertThat(kernel.sendfile(in, file, 2, 3, sent)).isZero();
    assertThat(Memory.getLong(sent)).isEqualTo(3);
    assertThat(received(out)).isEqualTo("234");

    assertThat(kernel.sendfile(in, file, 1, 9, sent)).isEqualTo(-platform.number(Errno.EAGAIN));
    assertThat(Memory.getLong(sent)).isEqualTo(5);
    assertThat(received(out)).isEqualTo("12345");

    assertThat(kernel.sendfile(in, file, -1, 9, sent)).isEqualTo(-platform.number(Errno.EINVAL));
    assertThat(Memory.getLong(sent)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "macos-x86_64"})
  void connectxGetsItsEightArguments(String name) throws Exception {
    Platform platform = Platform.named(name);
    assertThat(real.pipe(memory)).isZero();
    int out = own(Memory.getInt(memory));
    int in = own(Memory.getInt(memory + Integer.BYTES));
    long text = memory + 8;
    Memory.copy("data".getBytes(US_ASCII), 0, text, 4);
    long parts = memory + 16;
    Memory.putLong(parts, text);
    Memory.putLong(parts + Long.BYTES, 4);
    long connection = sent + Long.BYTES;
    long endpoints = NativeMemory.allocate(platform.struct("sa_endpoints").size());
    try {
      Memory.putInt(endpoints + platform.struct("sa_endpoints").offset("sae_dstaddrlen"), 3);
      assertThat(kernel(platform).connectx(in, endpoints, 5, 2, parts, 1, sent, connection))
          .isEqualTo(-platform.number(Errno.EINPROGRESS));
    } finally {
      NativeMemory.free(endpoints);
    }
    assertThat(Memory.getLong(sent)).isEqualTo(4);
    assertThat(Memory.getInt(connection)).isEqualTo(523);
    assertThat(received(out)).isEqualTo("data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "macos-aarch64"})
  void failureWithoutAnErrnoStaysAFailure(String name) throws Exception {
    Platform platform = Platform.named(name);
    assertThat(kernel(platform).listen(0, 1)).isEqualTo(-platform.number(Errno.EIO));
  }
}
