package io.github.kqueueffm.testsuite.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.testkit.ChildJvm;
import io.netty.channel.epoll.Epoll;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Against the fastest transport that there is on this system: Netty's epoll through JNI. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "needs Netty's epoll")
class SteadyStateAllocationTest {
  /**
   * Bytes per echo. The smallest object has 16, so this lets one pass in 16 echoes: less than any
   * allocation on the way of a byte, more than what the JIT compiler's late work leaves behind.
   */
  private static final double TOLERANCE = 1;

  private static final int TIMEOUT_SECONDS = 180;

  @Test
  void echoAllocatesNoMoreThanOverEpoll() throws Exception {
    assumeThat(Epoll.isAvailable()).as("Netty's epoll transport").isTrue();
    ChildJvm.Result result = ChildJvm.run(command(), TIMEOUT_SECONDS);
    assertThat(bytes(result, "kqueue-ffm "))
        .as("bytes per echo: %s", result)
        .isLessThanOrEqualTo(bytes(result, "epoll ") + TOLERANCE);
  }

  /** A separate JVM, with all compilers, whose profiles no other test has influenced. */
  private static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-Dio.netty.leakDetection.level=disabled",
        "-cp",
        System.getProperty("java.class.path"),
        EchoAllocation.class.getName(),
        Double.toString(TOLERANCE));
  }

  private static double bytes(ChildJvm.Result result, String transport) {
    return result
        .output()
        .lines()
        .filter(line -> line.startsWith(transport))
        .map(line -> line.split(" ")[1])
        .mapToDouble(Double::parseDouble)
        .findFirst()
        .orElseThrow(() -> new AssertionError(result));
  }
}
