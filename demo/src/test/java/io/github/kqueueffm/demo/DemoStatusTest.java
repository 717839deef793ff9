package io.github.kqueueffm.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a script sees of the demo: its exit status. */
@Tag("any-netty")
class DemoStatusTest {
  private static final int TIMEOUT_SECONDS = 180;

  @Test
  void unavailableTransportIsNoSuccess() throws Exception {
    ChildJvm.Result result = run("io.netty.transport.noNative", true);
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.output()).contains("not available", "-Dio.netty.transport.noNative=true");
  }

  @Test
  void portInUseIsNoSuccessAndIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      ChildJvm.Result result = run("demo.port", taken.getLocalPort());
      assertThat(result.status()).isEqualTo(1);
      assertThat(result.output())
          .contains("FAILED: ", "Address already in use", "" + taken.getLocalPort());
    }
  }

  @Test
  void wholeRunSucceedsAndShowsBothTransports() throws Exception {
    ChildJvm.Result result = run("demo.seconds", 1);
    assertThat(result.status()).as(result.output()).isZero();
    for (Workload workload : Workload.values()) {
      assertThat(result.output().lines())
          .anyMatch(line -> line.startsWith(workload.title() + " ") && line.contains(" nio "))
          .anyMatch(
              line -> line.startsWith(workload.title() + " ") && line.contains(" kqueue-ffm "));
    }
  }

  private static ChildJvm.Result run(String property, Object value) throws Exception {
    return new ChildJvm().property(property, value).run(Demo.class, TIMEOUT_SECONDS);
  }
}
