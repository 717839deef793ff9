package io.github.kqueueffm.testsuite.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.epoll.Epoll;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Against the fastest transport that there is on this system: Netty's epoll through JNI. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "needs Netty's epoll")
class SteadyStateAllocationTest {
  /**
   * Bytes per echo. The smallest object has 16, so this lets one pass in 16 echoes: less than any
   * allocation on the way of a byte, more than what the JIT compiler's late work leaves behind.
   */
  private static final double TOLERANCE = 1;

  private static final int TIMEOUT_SECONDS = 180;

  @TempDir private Path directory;

  @Test
  void echoAllocatesNoMoreThanOverEpoll() throws Exception {
    assumeThat(Epoll.isAvailable()).as("Netty's epoll transport").isTrue();
    List<String> lines = run();
    assertThat(bytes(lines, "kqueue-ffm "))
        .as("bytes per echo: %s", lines)
        .isLessThanOrEqualTo(bytes(lines, "epoll ") + TOLERANCE);
  }

  private static double bytes(List<String> lines, String transport) {
    return lines.stream()
        .filter(line -> line.startsWith(transport))
        .map(line -> line.split(" ")[1])
        .mapToDouble(Double::parseDouble)
        .findFirst()
        .orElseThrow(() -> new AssertionError(lines));
  }

  /** In a JVM of its own: what other tests taught this one's compiler does not count. */
  private List<String> run() throws Exception {
    Path output = directory.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dio.netty.leakDetection.level=disabled",
                "-cp",
                System.getProperty("java.class.path"),
                EchoAllocation.class.getName(),
                Double.toString(TOLERANCE))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    assertThat(ended).as("ended: %s", Files.readString(output)).isTrue();
    return Files.readAllLines(output);
  }
}
