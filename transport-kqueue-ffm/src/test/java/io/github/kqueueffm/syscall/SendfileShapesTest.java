package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * sendfile(2) in each system's own form: arguments in their places, and what was sent before an
 * error is told. Linux's is the machine's; a C compiler makes libraries that have the others.
 */
class SendfileShapesTest {
  private static final Path SOURCE = Path.of("src/test/c/sendfile.c");
  private static final int OFFSET = 11;
  private static final int COUNT = 30_000;
  private static final int PART = 10_000;

  @TempDir Path folder;

  private final Kernel real = Kernels.system();
  private final byte[] content = new byte[COUNT + 100];
  private long memory;
  private long before;
  private int file;
  private int reading;
  private int writing;

  @BeforeEach
  void openFileAndPipe() throws IOException {
    before = NativeMemory.live();
    memory = NativeMemory.allocate(COUNT);
    new Random(3).nextBytes(content);
    byte[] name =
        (Files.write(folder.resolve("f"), content) + "\0").getBytes(StandardCharsets.UTF_8);
    Memory.copy(name, 0, memory, name.length);
    file = real.open(memory, 0, 0);
    assertThat(real.pipe(memory)).isZero();
    reading = Memory.getInt(memory);
    writing = Memory.getInt(memory + Integer.BYTES);
  }

  @AfterEach
  void closeAll() {
    for (int fd : new int[] {file, reading, writing}) {
      assertThat(real.close(fd)).isZero();
    }
    NativeMemory.free(memory);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  /** Sends, checks what came out of the pipe, and gives the result back. */
  private int send(Kernel kernel, int expected) {
    long sent = NativeMemory.allocate(Long.BYTES);
    try {
      int result = kernel.sendfile(writing, file, OFFSET, COUNT, sent);
      assertThat(Memory.getLong(sent)).as("bytes that are told").isEqualTo(expected);
      byte[] arrived = new byte[expected];
      if (expected > 0) {
        assertThat(real.read(reading, memory, COUNT)).isEqualTo(expected);
        Memory.copy(memory, arrived, 0, expected);
      }
      assertThat(arrived).isEqualTo(Arrays.copyOfRange(content, OFFSET, OFFSET + expected));
      return result;
    } finally {
      NativeMemory.free(sent);
    }
  }

  @Test
  void thisSystemsOwnSendsAll() {
    assertThat(send(real, COUNT)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, MACOS",
    "macos-x86_64, MACOS",
    "freebsd-x86_64, BSD",
    "freebsd-aarch64, BSD",
    "dragonfly-x86_64, BSD"
  })
  void otherSystemsSendAll(String name, String shape) throws Exception {
    assertThat(send(kernel(name, shape, COUNT, 0), COUNT)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, MACOS, EAGAIN",
    "macos-aarch64, MACOS, EINTR",
    "freebsd-x86_64, BSD, EAGAIN",
    "dragonfly-x86_64, BSD, EINTR"
  })
  void whatWasSentBeforeTheErrorIsTold_netty16544(String name, String shape, Errno errno)
      throws Exception {
    int number = Platform.named(name).number(errno);
    assertThat(send(kernel(name, shape, PART, number), PART)).isEqualTo(-number);
  }

  /** macOS leaves the length that was asked for, which was not sent. */
  @ParameterizedTest
  @CsvSource({"macos-aarch64, MACOS", "freebsd-x86_64, BSD"})
  void otherErrorsHaveSentNothing(String name, String shape) throws Exception {
    int number = Platform.named(name).number(Errno.EINVAL);
    assertThat(send(kernel(name, shape, 0, number), 0)).isEqualTo(-number);
  }

  /** Called for what is no file on its system: sendfile alone is the library's. */
  private Kernel kernel(String platform, String shape, int part, int errno) throws Exception {
    assumeTrue(
        real.platform().isLinux(), "skipped: a library in place of a system is made on Linux");
    Path library = folder.resolve("lib" + platform + ".so");
    Process compiler = new ProcessBuilder(command(library, shape, part, errno)).inheritIO().start();
    assertThat(compiler.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(compiler.exitValue()).as("the C compiler").isZero();
    return new FfmKernel(Platform.named(platform), library);
  }

  private static List<String> command(Path library, String shape, int part, int errno) {
    String compiler =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
            .flatMap(folder -> List.of(Path.of(folder, "cc"), Path.of(folder, "gcc")).stream())
            .filter(Files::isExecutable)
            .findFirst()
            .map(Path::toString)
            .orElse(null);
    assumeTrue(compiler != null, "skipped: there is no C compiler (cc or gcc on the PATH)");
    return List.of(
        compiler,
        "-shared",
        "-fPIC",
        "-Wall",
        "-Wextra",
        "-D" + shape,
        "-DPART=" + part,
        "-DFAIL=" + errno,
        "-o",
        library.toString(),
        SOURCE.toString());
  }
}
