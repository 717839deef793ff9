package io.github.kqueueffm.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.grpc.KQueueFfmServerProvider;
import io.github.kqueueffm.micronaut.KQueueFfmEventLoopGroupFactory;
import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import io.github.kqueueffm.testkit.PublicSurface;
import io.github.kqueueffm.vertx.KQueueFfmTransport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users of the integrations can name is what docs/api.md lists. */
class IntegrationsApiTest {
  @ParameterizedTest
  @ValueSource(
      classes = {
        KQueueFfmServerProvider.class,
        KQueueFfmEventLoopGroupFactory.class,
        KQueueFfmLoopResources.class,
        KQueueFfmTransport.class
      })
  void everythingPublicIsListed(Class<?> one) throws IOException {
    String listed = PublicSurface.listed(Path.of("..", "docs", "api.md"), one.getPackageName());
    assertThat(listed)
        .as("the block of %s in docs/api.md", one.getPackageName())
        .isEqualTo(PublicSurface.of(one));
  }
}
