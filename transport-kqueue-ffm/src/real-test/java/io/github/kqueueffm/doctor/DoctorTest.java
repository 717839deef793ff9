package io.github.kqueueffm.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.testkit.ChildJvm;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The doctor's output and exit status, in JVMs with other options and class paths. */
@Tag("real")
class DoctorTest {
  private static final String ENABLE = "--enable-native-access=ALL-UNNAMED";
  private static final String DOCTOR = Doctor.class.getName();
  private static final String CLASS_PATH =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

  private static ChildJvm.Result run(String path, List<String> options, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(options);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", path, DOCTOR));
    command.addAll(List.of(arguments));
    return ChildJvm.java(command).hasEnded();
  }

  private static String deny() {
    return Runtime.version().feature() >= 24
        ? "--illegal-native-access=deny"
        // Before that, naming some module denies it to all others.
        : "--enable-native-access=java.logging";
  }

  private static String withoutNetty() {
    return Arrays.stream(CLASS_PATH.split(File.pathSeparator))
        .filter(entry -> entry.contains("transport-kqueue-ffm") && !entry.contains(".m2"))
        .filter(entry -> !entry.contains("test-classes"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void usableTransportSaysWhatRunsAndWhereThatIsKnownFrom() throws Exception {
    ChildJvm.Result result = run(CLASS_PATH, List.of(ENABLE));
    // The limits of the machine decide between them.
    assertThat(result.status()).as(result.all()).isIn(0, 1);
    assertThat(result.errors()).isEmpty();
    assertThat(result.output())
        .startsWith("transport-kqueue-ffm: usable")
        .contains("  transport: " + KQueueFfm.version() + "  [")
        .containsPattern(
            "(?m)^  Netty: 4\\.2\\.\\d+\\.Final  \\[io\\.netty\\.versions\\.properties\\]$")
        .contains("  Java: " + System.getProperty("java.version") + " of ")
        .contains("  native access: granted  [" + ENABLE + "]")
        .contains("  available: yes  [KQueueFfm]")
        .contains("  library: libc  [the default]")
        .containsPattern("(?m)^  platform: \\w+-\\w+  \\[os.name and os.arch\\]$")
        .containsPattern("(?m)^  provider: .*kqueue.*  \\[kqueue is .*in libc\\]$")
        .containsPattern(
            "(?m)^  wakeup: (timer|user|pipe)  \\[(measured|proven|\\w+ does not work).*\\]$")
        .containsPattern("(?m)^  descriptors of the process: \\d+  \\[RLIMIT_NOFILE\\]$");
  }

  @Test
  void wakeupPropertyIsWhereTheWakeupIsKnownFrom() throws Exception {
    String property = "io.github.kqueueffm.wakeup";
    assertThat(run(CLASS_PATH, List.of(ENABLE, "-D" + property + "=pipe")).output())
        .contains("  wakeup: pipe  [-D" + property + "]");
  }

  @Test
  void withoutAGrantItAdvisesOne() throws Exception {
    ChildJvm.Result result = run(CLASS_PATH, List.of());
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.output())
        .startsWith("transport-kqueue-ffm: usable with advice")
        .containsPattern("native access: (not granted|used without a grant)")
        .contains("advice: start Java with " + ENABLE)
        .contains("JDK_JAVA_OPTIONS=" + ENABLE)
        .contains("Enable-Native-Access: ALL-UNNAMED into the manifest");
  }

  @Test
  void deniedNativeAccessIsNotUsableAndTheLimitsAreReadAnyway() throws Exception {
    ChildJvm.Result result = run(CLASS_PATH, List.of(deny()));
    assertThat(result.status()).as(result.all()).isEqualTo(2);
    assertThat(result.output())
        .startsWith("transport-kqueue-ffm: not usable")
        .contains("  native access: denied  [" + deny())
        .contains("problem: start Java with " + ENABLE)
        .contains("  available: no  [KQueueFfm]")
        .contains("problem: this JVM denies native access")
        .contains("  backlog: ");
  }

  @Test
  void withoutNettyTheMachineIsLookedAtAndItSaysSo() throws Exception {
    ChildJvm.Result result = run(withoutNetty(), List.of(ENABLE));
    assertThat(result.status()).as(result.all()).isIn(0, 1);
    assertThat(result.output())
        .contains("  Netty: not on the class path  [no class io.netty.channel.Channel]")
        .contains("note: java -jar has only this jar, so only the machine was looked at")
        .contains("  available: yes  [a first select step]")
        .contains("  backlog: ")
        .doesNotContain("Frameworks");
  }

  @Test
  void nettysPropertyAgainstNativeTransportsIsAProblem() throws Exception {
    ChildJvm.Result result = run(CLASS_PATH, List.of(ENABLE, "-Dio.netty.transport.noNative=true"));
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.output()).contains("problem: -Dio.netty.transport.noNative=true");
  }

  @Test
  void unknownSystemIsAProblemWithoutLimits() throws Exception {
    ChildJvm.Result result =
        run(CLASS_PATH, List.of(ENABLE, "-Dio.github.kqueueffm.platform=plan9-mips"));
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.output()).contains("plan9-mips").doesNotContain("backlog");
  }

  @Test
  void unknownArgumentPrintsTheUsage() throws Exception {
    ChildJvm.Result result = run(CLASS_PATH, List.of(ENABLE), "--jason");
    assertThat(result.status()).isEqualTo(64);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors()).startsWith("usage: ").contains("--json");
  }

  @Test
  void jsonHasTheSameStatusAndNothingBesides() throws Exception {
    ChildJvm.Result result = run(CLASS_PATH, List.of(deny()), "--json");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.output()).startsWith("{\n  \"status\": 2,").endsWith("}\n");
  }

  @Test
  void applicationGetsTheSameText() {
    assertThat(KQueueFfm.diagnose())
        .startsWith("transport-kqueue-ffm: usable")
        .contains("  available: yes  [KQueueFfm]", "\nLimits\n", "\nFallbacks\n");
  }
}
