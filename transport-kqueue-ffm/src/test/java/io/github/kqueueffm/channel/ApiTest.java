package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.selector.book.Selector;
import io.github.kqueueffm.testkit.PublicSurface;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What users can name is what docs/api.md lists, so that a change of it is one of that file too.
 */
class ApiTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "api.md");

  @ParameterizedTest
  @ValueSource(classes = {KQueueFfm.class, Selector.class})
  void everythingPublicIsListed(Class<?> one) throws IOException {
    assertThat(PublicSurface.listed(DOCUMENT, one.getPackageName()))
        .as("the block of %s in docs/api.md", one.getPackageName())
        .isEqualTo(PublicSurface.of(one));
  }

  /** The compiler's own check is off, since it also asks that JSpecify is required transitively. */
  @ParameterizedTest
  @ValueSource(classes = {KQueueFfm.class, Selector.class})
  void signaturesHaveOnlyTypesThatUsersCanName(Class<?> one) throws IOException {
    assertThat(PublicSurface.types(one))
        .isNotEmpty()
        .allSatisfy(type -> {
          assertThat(type.getModule()).isIn(Object.class.getModule(), one.getModule());
          if (type.getPackageName().startsWith("io.github.kqueueffm")) {
            assertThat(type.getPackageName())
                .isIn(KQueueFfm.class.getPackageName(), Selector.class.getPackageName());
          }
        });
  }

  @Test
  void moduleExportsTheListedPackagesOnly() throws Exception {
    Path classes =
        Path.of(KQueueFfm.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var in = Files.newInputStream(classes.resolve("module-info.class"))) {
      assertThat(ModuleDescriptor.read(in).exports())
          .extracting(ModuleDescriptor.Exports::source)
          .containsExactlyInAnyOrder(
              KQueueFfm.class.getPackageName(), Selector.class.getPackageName());
    }
  }
}
