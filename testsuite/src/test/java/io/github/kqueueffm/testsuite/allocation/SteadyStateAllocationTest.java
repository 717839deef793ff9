package io.github.kqueueffm.testsuite.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.testkit.ChildJvm;
import io.netty.channel.epoll.Epoll;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The echo is compared with the fastest transport of this system: Netty's epoll through JNI. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "needs Netty's epoll")
class SteadyStateAllocationTest {
  /**
   * Bytes per echo. The smallest object has 16, so this lets one pass in 16 echoes: less than any
   * allocation on the way of a byte, more than what the JIT compiler's late work leaves behind.
   */
  private static final double TOLERANCE = 1;

  /** Bytes per file: until C2 removes all that it can. */
  private static final double FILE_TOLERANCE = 16;

  /** Bytes per datagram: the received packet and its buffer, and the packet of the answer. */
  private static final int DATAGRAM = 72;

  /** So few that their ports, which the kernel chooses, do not crowd one set of the table. */
  private static final int SENDERS = 8;

  /** Bytes per connection: 1,392 with Netty 4.2.20, whose own objects are 1,120 of them. */
  private static final int CONNECTION = 1_400;

  private static final int TIMEOUT_SECONDS = 180;

  @Test
  void echoAllocatesNoMoreThanOverEpoll() throws Exception {
    allocatesNoMoreThanOverEpoll(Double.toString(TOLERANCE));
  }

  @Test
  void fileAllocatesNoMoreThanOverEpoll(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("file"), AllocatingServer.message());
    allocatesNoMoreThanOverEpoll(Double.toString(FILE_TOLERANCE), file.toString());
  }

  private static void allocatesNoMoreThanOverEpoll(String tolerance, String... file)
      throws Exception {
    assumeThat(Epoll.isAvailable()).as("Netty's epoll transport").isTrue();
    List<String> arguments = new ArrayList<>(List.of(tolerance));
    arguments.addAll(List.of(file));
    ChildJvm.Result result = run(StreamAllocation.class, arguments.toArray(String[]::new));
    assertThat(bytes(result, "kqueue-ffm "))
        .as("bytes per answer: %s", result)
        .isLessThanOrEqualTo(bytes(result, "epoll ") + Double.parseDouble(tolerance));
  }

  @Test
  void datagramOfAnEarlierSenderAllocatesNoAddress() throws Exception {
    double enough = DATAGRAM + TOLERANCE;
    ChildJvm.Result result =
        run(DatagramAllocation.class, Integer.toString(SENDERS), Double.toString(enough));
    assertThat(bytes(result, "datagram "))
        .as("bytes per datagram: %s", result)
        .isLessThanOrEqualTo(enough);
  }

  @Test
  void connectionAllocatesLittleMoreThanNettysOwnObjects() throws Exception {
    ChildJvm.Result result = run(ConnectionAllocation.class, Integer.toString(CONNECTION));
    assertThat(bytes(result, "connection "))
        .as("bytes per connection: %s", result)
        .isLessThanOrEqualTo(CONNECTION);
  }

  /** A separate JVM, with all compilers, whose profiles no other test has influenced. */
  private static ChildJvm.Result run(Class<?> program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dio.netty.leakDetection.level=disabled");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return ChildJvm.run(command, TIMEOUT_SECONDS);
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
