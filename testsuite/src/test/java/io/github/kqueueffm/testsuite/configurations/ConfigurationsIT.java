package io.github.kqueueffm.testsuite.configurations;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import io.github.kqueueffm.testkit.LeakRecorder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The {@link Subset} once more, in JVMs that are set up otherwise. The build starts it with the
 * newest Netty and with the lowest; with {@code -Pmatrix} in all configurations, else in so many
 * that every pair of settings occurs.
 */
@Timeout(330)
class ConfigurationsIT {
  private static final long SECONDS = 300;
  private static final boolean NEWEST = !"lowest".equals(System.getProperty("test.netty"));

  static List<Configuration> configurations() {
    return Boolean.getBoolean("test.matrix") ? Configuration.all() : Configuration.pairwise(NEWEST);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void everyChannelWorks(Configuration configuration) throws IOException, InterruptedException {
    ChildJvm jvm =
        new ChildJvm()
            .property("io.netty.leakDetectionLevel", "paranoid")
            .property("io.netty.customResourceLeakDetector", LeakRecorder.class.getName());
    configuration.arguments().forEach(jvm::argument);
    ChildJvm.Result result =
        jvm.run(
            Subset.class,
            SECONDS,
            configuration.wakeup(),
            Boolean.toString(configuration.noUnsafe()),
            Boolean.toString(configuration.denied()),
            System.getProperty("test.netty.version"));
    System.out.println(configuration + ": " + result.output());
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isZero();
  }
}
