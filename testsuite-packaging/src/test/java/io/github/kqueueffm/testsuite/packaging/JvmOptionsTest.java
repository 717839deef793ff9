package io.github.kqueueffm.testsuite.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options of the JVM that change how it lays out, moves or checks what native code sees. */
class JvmOptionsTest {
  private static final String ENABLE = "--enable-native-access=ALL-UNNAMED";
  private static final String JAR = "netty-transport-kqueue-ffm-";

  /** The collectors and layouts that this JDK has. */
  static Stream<List<String>> options() {
    return Stream.of(
            List.of("-XX:+UseZGC"),
            List.of("-XX:+UseShenandoahGC"),
            List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+UseCompactObjectHeaders"))
        .filter(JvmOptionsTest::isKnown);
  }

  private static boolean isKnown(List<String> options) {
    try {
      return ChildJvm.java(Packages.join(options, List.of("-version"))).hasEnded().status() == 0;
    } catch (Exception e) {
      throw new IllegalStateException("java does not start", e);
    }
  }

  @ParameterizedTest
  @MethodSource("options")
  void collectorsAndLayouts(List<String> options) throws Exception {
    List<String> all =
        Packages.join(options, List.of(ENABLE, "-cp", Packages.path(), Packages.MAIN));
    Packages.assertEchoed(Packages.java(all.toArray(String[]::new)), JAR);
  }

  @Test
  void everyJdkHasZgc() {
    assertThat(options()).contains(List.of("-XX:+UseZGC"));
  }

  /** The JVM prints its warnings of native code to standard output. */
  @Test
  void checksOfJniHaveNothingToWarnOf() throws Exception {
    ChildJvm.Result result =
        Packages.java("-Xcheck:jni", ENABLE, "-cp", Packages.path(), Packages.MAIN);
    Packages.assertEchoed(result, JAR);
    assertThat(result.output()).doesNotContain("WARNING", "FATAL");
  }
}
