package io.github.kqueueffm.testsuite.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The module path, where all jars are named modules. */
class ModulesTest {
  private static final String ENABLE = "--enable-native-access=" + Packages.TRANSPORT;

  @Test
  void modulePathWithIllegalNativeAccessDenied() throws Exception {
    ChildJvm.Result result = run(deny(ENABLE));
    Packages.assertEchoed(result, "netty-transport-kqueue-ffm-");
  }

  @Test
  void deniedNativeAccessNamesTheFlagOfTheModule() throws Exception {
    ChildJvm.Result result = run(deny());
    assertThat(result.hasEnded().status()).isEqualTo(1);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors())
        .contains("the kqueue transport is not available: this JVM denies native access")
        .contains(ENABLE);
  }

  @Test
  void noModuleOfTheProgramIsAutomatic() throws Exception {
    ChildJvm.Result result =
        ChildJvm.java(
            List.of("-p", Packages.path(), "--add-modules", "ALL-MODULE-PATH", "--list-modules"));
    assertThat(result.isSuccess().output())
        .contains(Packages.MODULE, Packages.TRANSPORT, "io.netty.transport")
        .doesNotContain("automatic");
  }

  /** Before Java 24 naming some module denies native access to all others. */
  private static String[] deny(String... enabled) {
    List<String> options = new ArrayList<>(List.of(enabled));
    if (Runtime.version().feature() >= 24) {
      options.add("--illegal-native-access=deny");
    } else if (options.isEmpty()) {
      options.add("--enable-native-access=java.logging");
    }
    return options.toArray(String[]::new);
  }

  private static ChildJvm.Result run(String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("-p", Packages.path(), "-m", Packages.MODULE + '/' + Packages.MAIN));
    return Packages.java(all.toArray(String[]::new));
  }
}
