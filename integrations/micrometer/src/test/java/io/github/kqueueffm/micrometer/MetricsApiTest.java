package io.github.kqueueffm.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.PublicSurface;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What users of the meters can name is what docs/api.md lists. */
class MetricsApiTest {
  @Test
  void everythingPublicIsListed() throws IOException {
    Path document = Path.of("..", "..", "docs", "api.md");
    assertThat(PublicSurface.listed(document, KQueueFfmMetrics.class.getPackageName()))
        .isEqualTo(PublicSurface.of(KQueueFfmMetrics.class));
  }
}
