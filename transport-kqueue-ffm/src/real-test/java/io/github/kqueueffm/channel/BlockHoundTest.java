package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.github.kqueueffm.testkit.ChildJvm;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * BlockHound on the loops' threads sees no call of the JDK that blocks. It sees no foreign call;
 * {@link NonBlockingDescriptorsTest} is about these.
 */
@Tag("real")
class BlockHoundTest {
  /** BlockHound adds methods to loaded classes, which newer JVMs allow only with this option. */
  private static final String OPTION = "AllowRedefinitionToAddDeleteMethods";

  @Test
  void loopCallsNothingThatBlocks(@TempDir Path folder) throws Exception {
    String output = probe(folder, "look");
    assertThat(output)
        .contains("bytes: ")
        .contains("transport: 0 blocking calls")
        .contains("shutdown: 0 blocking calls");
    // Else it would have seen nothing above either.
    assertThat(output)
        .contains("handler: 2 blocking calls")
        .contains("java.lang.Thread.sleep")
        .contains("java.io.FileInputStream");
  }

  @Test
  void conversationsWorkWhereBlockingCallsThrow(@TempDir Path folder) throws Exception {
    assertThat(probe(folder, "refuse"))
        .contains("bytes: ", "handler threw: reactor.blockhound.BlockingOperationError")
        .contains("shutdown: ");
  }

  @Test
  void documentNamesTheMethodsToAllowAndTheyExist() throws Exception {
    String document = Files.readString(Path.of("../docs/observing.md"));
    for (Map.Entry<String, Set<String>> allowed : BlockHoundProbe.SHORT.entrySet()) {
      assertThat(document).contains('"' + allowed.getKey() + '"');
      assertThat(
              Stream.of(Class.forName(allowed.getKey()).getDeclaredMethods()).map(Method::getName))
          .containsAll(allowed.getValue());
      assertThat(allowed.getValue())
          .allSatisfy(method -> assertThat(document).contains('"' + method + '"'));
    }
  }

  private static String probe(Path folder, String mode) throws Exception {
    assumeTrue(hasOption(), "this JVM has no option " + OPTION + ", which BlockHound needs");
    return new ChildJvm()
        .argument("-XX:+" + OPTION)
        .argument("-XX:+EnableDynamicAgentLoading")
        // Netty's pools have locks, in which two loops can meet.
        .argument("-Dio.netty.allocator.type=unpooled")
        .run(BlockHoundProbe.class, 100, folder.toString(), mode)
        .isSuccess()
        .output();
  }

  private static boolean hasOption() {
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).getVMOption(OPTION);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
