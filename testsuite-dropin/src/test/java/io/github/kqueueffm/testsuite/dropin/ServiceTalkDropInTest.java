package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.testkit.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * ServiceTalk, which was built for Netty 4.1, server and client. It asks for kqueue only on macOS
 * and the BSDs. So on Linux its JVM has the name of another system, and a property gives this
 * transport the true platform.
 */
class ServiceTalkDropInTest {

  @Test
  void requestIsAnswered() throws Exception {
    List<String> command = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dio.netty.bootstrap.extensions=serviceload");
    command.add("-Dio.github.kqueueffm.dropin=true");
    String platform = Platform.detected();
    if (platform.startsWith("linux-")) {
      command.add("-Dos.name=FreeBSD");
      command.add("-Dio.github.kqueueffm.platform=" + platform);
      command.addAll(withUnsafe());
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ServiceTalkExchange.class.getName());
    assertThat(ChildJvm.java(command).isSuccess().output()).contains("carried");
  }

  /** Netty's other way to allocate memory crashes on Linux under the name of another system. */
  private static List<String> withUnsafe() {
    List<String> options = new ArrayList<>(List.of("-Dio.netty.noUnsafe=false"));
    if (Runtime.version().feature() > 22) {
      options.add("--sun-misc-unsafe-memory-access=allow");
    }
    return options;
  }
}
