package io.github.kqueueffm.testsuite.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a pipeline sees of this transport is what it sees of Netty's own. */
@Timeout(120)
class DifferentialTest {

  @ParameterizedTest
  @EnumSource
  void pipelineSeesTheSameAsOnNettysTransports(Scenario scenario) throws Exception {
    List<String> ours = journal(Transport.OURS, scenario);
    for (Transport reference : scenario.references()) {
      if (reference.isAvailable()) {
        assertThat(ours).as("as on %s", reference).isEqualTo(journal(reference, scenario));
      }
    }
  }

  private static List<String> journal(Transport transport, Scenario scenario) throws Exception {
    try (TransportFixture fixture = new TransportFixture(transport)) {
      scenario.play(fixture);
      fixture.settle();
      return fixture.journal().lines();
    }
  }

  /** That this compiles is the point: outside its package, too, the type has to be accessible. */
  @Test
  void unsafeOfAChannelCanBeUsedFromAnotherPackage() {
    KQueueFfmSocketChannel channel = new KQueueFfmSocketChannel();
    channel.unsafe().closeForcibly();
    assertThat(channel.isOpen()).isFalse();
  }
}
