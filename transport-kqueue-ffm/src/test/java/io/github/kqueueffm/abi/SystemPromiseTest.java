package io.github.kqueueffm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each system is known not to promise, and what is left out there for it. */
class SystemPromiseTest {

  /** As a class of tests may look. */
  @Needs(SystemPromise.ABSTRACT_NAMES)
  @SuppressWarnings("UnusedMethod") // Their annotations are read.
  private static class OfLinux {
    @Needs({SystemPromise.SENDFILE, SystemPromise.BATCHES})
    void sends() {}

    void plain() {}
  }

  private static class Special extends OfLinux {}

  private static Set<SystemPromise> broken(String platform) {
    Platform named = Platform.named(platform);
    return Arrays.stream(SystemPromise.values())
        .filter(promise -> !promise.isKept(named))
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(SystemPromise.class)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "linux-aarch64"})
  void linuxKeepsEveryPromise(String platform) {
    assertThat(broken(platform)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void eachPromiseIsBrokenSomewhere(SystemPromise promise) {
    assertThat(Platform.NAMES).anyMatch(name -> !promise.isKept(Platform.named(name)));
  }

  /** Those that no kernel but Linux keeps, and for each system those that it breaks beside them. */
  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, 'NAMES_OF_ANY_BYTES, BATCHES'",
    "macos-x86_64, 'NAMES_OF_ANY_BYTES, BATCHES'",
    "freebsd-x86_64, 'TIMER_WAKEUP, PEER_PROCESS'",
    "freebsd-aarch64, 'TIMER_WAKEUP, PEER_PROCESS'",
    "openbsd-x86_64, 'HEARS_BOTH_FAMILIES, NAMES_RECIPIENTS_OF_BOTH_FAMILIES, EXACT_TIMERS,"
        + " TIMER_WAKEUP, KEEP_ALIVE_SETTINGS, READS_KEEP_ALIVE_SETTINGS, SENDFILE, FAST_OPEN'",
    "netbsd-x86_64, 'NAMES_RECIPIENTS_OF_BOTH_FAMILIES, EXACT_TIMERS, TIMER_WAKEUP,"
        + " ENABLED_KNOTE_FIRES, REFUSES_FOR_A_BOUND_SOCKET, READS_KEEP_ALIVE_SETTINGS, BATCHES,"
        + " SENDFILE, FAST_OPEN'",
    "dragonfly-x86_64, 'HEARS_BOTH_FAMILIES, NAMES_RECIPIENTS_OF_BOTH_FAMILIES, EXACT_TIMERS,"
        + " TIMER_WAKEUP, PEER_PROCESS, BATCHES, TCP_INFO, FAST_OPEN'"
  })
  void eachSystemBreaksWhatIsKnownOfIt(String platform, String own) {
    EnumSet<SystemPromise> expected =
        EnumSet.of(
            SystemPromise.LOOPBACK_ALIASES,
            SystemPromise.ABSTRACT_NAMES,
            SystemPromise.MULTICAST_ALL,
            SystemPromise.REUSED_ADDRESS_SHARES_A_PORT,
            SystemPromise.CHANGES_ITS_FAMILY,
            SystemPromise.JOINS_GROUPS_OF_BOTH_FAMILIES,
            SystemPromise.FULL_LOCAL_RECEIVER_IS_WAITED_FOR,
            SystemPromise.PRECISE_WAITS,
            SystemPromise.PEER_OF_A_DATAGRAM_PAIR,
            SystemPromise.LINUX_OPTIONS,
            SystemPromise.EPOLL,
            SystemPromise.SECCOMP);
    for (String name : own.split(",")) {
      expected.add(SystemPromise.valueOf(name.strip()));
    }
    assertThat(broken(platform)).isEqualTo(expected);
  }

  private static ConditionEvaluationResult evaluate(AnnotatedElement element, String platform) {
    return NeedsCondition.evaluate(element, Platform.named(platform));
  }

  @Test
  void skippedTestNamesThePromise() throws Exception {
    AnnotatedElement sends = OfLinux.class.getDeclaredMethod("sends");
    assertThat(evaluate(sends, "linux-aarch64").isDisabled()).isFalse();
    assertThat(evaluate(sends, "freebsd-x86_64").isDisabled()).isFalse();
    assertThat(evaluate(sends, "macos-aarch64"))
        .matches(ConditionEvaluationResult::isDisabled)
        .extracting(result -> result.getReason().orElseThrow())
        .isEqualTo("macos-aarch64 does not promise: sendmmsg and recvmmsg are used (BATCHES)");
    assertThat(evaluate(sends, "netbsd-x86_64").getReason().orElseThrow())
        .contains("(SENDFILE)", "(BATCHES)");
  }

  @Test
  void testWithoutNeedsRunsEverywhereAndSubclassInheritsNeeds() throws Exception {
    AnnotatedElement plain = OfLinux.class.getDeclaredMethod("plain");
    assertThat(evaluate(plain, "openbsd-x86_64").isDisabled()).isFalse();
    assertThat(evaluate(Special.class, "openbsd-x86_64").isDisabled()).isTrue();
    assertThat(evaluate(Special.class, "linux-x86_64").isDisabled()).isFalse();
  }
}
