package io.github.kqueueffm.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.doctor.Fact.Level;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JavaFactsTest {
  private static final String FLAG = "--enable-native-access=ALL-UNNAMED";
  private static final String MODULE = "io.github.kqueueffm.transport";

  private static Fact access(String module, boolean denied, String... options) {
    return new JavaFacts(List.of(options), Map.of(), module).nativeAccess(false, denied);
  }

  @Test
  void flagGrantsIt() {
    Fact fact = access(null, false, "-Xmx1g", FLAG);
    assertThat(fact).isEqualTo(Fact.of("granted", FLAG));
    assertThat(access(null, false, "--enable-native-access=a,ALL-UNNAMED").level())
        .isEqualTo(Level.OK);
    assertThat(access(null, false, "--illegal-native-access=allow").level()).isEqualTo(Level.OK);
  }

  @Test
  void variableIsNamedWhereTheFlagIsInIt() {
    JavaFacts facts = new JavaFacts(List.of(FLAG), Map.of("JDK_JAVA_OPTIONS", "-ea " + FLAG), null);
    assertThat(facts.nativeAccess(true, false).from()).isEqualTo(FLAG + " in JDK_JAVA_OPTIONS");
  }

  @Test
  void withoutAGrantTheAdviceNamesAllThreeWays() {
    Fact fact = access(null, false);
    assertThat(fact.level()).isEqualTo(Level.ADVICE);
    assertThat(fact.text())
        .contains("start Java with " + FLAG)
        .contains("JDK_JAVA_OPTIONS=" + FLAG)
        .contains("Enable-Native-Access: ALL-UNNAMED into the manifest");
  }

  @Test
  void grantOfAnotherModuleIsNone() {
    assertThat(access(MODULE, false, FLAG).level()).isEqualTo(Level.ADVICE);
    assertThat(access(MODULE, false, FLAG).text())
        .contains("--enable-native-access=" + MODULE)
        .doesNotContain("manifest");
    assertThat(access(MODULE, false, "--enable-native-access=" + MODULE).value())
        .isEqualTo("granted");
  }

  @Test
  void useWithAWarningIsNoGrant() {
    Fact fact = new JavaFacts(List.of(), Map.of(), null).nativeAccess(true, false);
    assertThat(fact.value()).isEqualTo("used without a grant");
    assertThat(fact.level()).isEqualTo(Level.ADVICE);
  }

  @Test
  void denialIsAProblemAndNamesTheOptionThatDenies() {
    Fact policy = access(null, true, "--illegal-native-access=deny");
    assertThat(policy.level()).isEqualTo(Level.PROBLEM);
    assertThat(policy.from()).isEqualTo("--illegal-native-access=deny");
    assertThat(policy.text()).contains(FLAG);
    assertThat(access(null, true, "--enable-native-access=java.logging").from())
        .startsWith("--enable-native-access=java.logging, which denies it to all others");
  }
}
