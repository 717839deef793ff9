package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.OlderJava;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real")
class OlderJavaTest {
  private static final String PROGRAM =
      """
      import io.github.kqueueffm.channel.KQueueFfm;

      public class Ask {
        public static void main(String[] args) {
          System.out.println("available: " + KQueueFfm.isAvailable());
          System.out.println("cause: " + KQueueFfm.unavailabilityCause().getMessage());
          System.out.println("fast open: " + KQueueFfm.isTcpFastOpenClientSideAvailable());
          System.out.println("description: " + KQueueFfm.description());
          try {
            KQueueFfm.ensureAvailability();
          } catch (UnsatisfiedLinkError e) {
            System.out.println("ensured: " + e.getMessage());
          }
        }
      }
      """;

  @Test
  void transportIsUnavailableAndNamesTheJavaThatItNeeds(@TempDir Path directory) throws Exception {
    assertThat(OlderJava.run(directory, "Ask", PROGRAM))
        .contains("available: false")
        .containsPattern("cause: needs Java 22 or newer, this is (17|18|19|20|21)\\R")
        .contains("fast open: false")
        .contains("description: not available: needs Java 22 or newer")
        .contains("ensured: the kqueue transport is not available: needs Java 22 or newer");
  }
}
