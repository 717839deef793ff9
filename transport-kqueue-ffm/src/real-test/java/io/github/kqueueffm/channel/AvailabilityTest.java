package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The messages where the transport does not run, and what makes it run. */
@Tag("real")
class AvailabilityTest {
  private static final String ENABLE = "--enable-native-access=ALL-UNNAMED";

  @Test
  void runsWithoutWarningWithNativeAccessEnabled() throws Exception {
    assertThat(probe(ENABLE).isSuccess().all())
        .contains("available: true", "cause: null", "echo: works")
        .doesNotContain("WARNING");
  }

  @Test
  void runsWithTheWarningOfTheJdkWithoutTheFlag() throws Exception {
    assertThat(probe().isSuccess().all())
        .contains("available: true", "echo: works")
        .contains("WARNING: A restricted method", "io.github.kqueueffm")
        .contains(ENABLE);
  }

  @Test
  void deniedNativeAccessNamesTheFlagForClassPathAndModulePath() throws Exception {
    assertThat(probe(denyNativeAccess()).isSuccess().all())
        .contains("available: false")
        .contains(ENABLE)
        .contains("--enable-native-access=io.github.kqueueffm.transport");
  }

  @Test
  void descriptionSaysWhyItIsNotAvailable() throws Exception {
    assertThat(probe(ENABLE, "-Dio.netty.transport.noNative=true").isSuccess().all())
        .contains("description: not available: -Dio.netty.transport.noNative=true");
  }

  @Test
  void warnsOnceOfPropertyThatMakesTheTransportUnavailable() throws Exception {
    String property = "-Dio.github.kqueueffm.platform=plan9-mips";
    String output = probe(ENABLE, property, "-Dprobe.asks=true").isSuccess().all();
    assertThat(output.lines().filter(line -> line.startsWith("WARNING: ")))
        .singleElement()
        .asString()
        .contains("although a property -Dio.github.kqueueffm.* is set", "plan9-mips");
  }

  @Test
  void warnsOfUnknownPropertyWithTheKnownOnes() throws Exception {
    String misspelt = "-Dio.github.kqueueffm.wakup=pipe";
    String known = "-Dio.github.kqueueffm.dropin=false";
    assertThat(probe(ENABLE, misspelt, known).isSuccess().all())
        .contains("available: true")
        .satisfies(output ->
            assertThat(output.lines().filter(line -> line.startsWith("WARNING: ")))
                .singleElement()
                .asString()
                .startsWith("WARNING: -Dio.github.kqueueffm.wakup has no effect")
                .contains("[dropin, library, platform, trace, wakeup]"));
  }

  @Test
  void warnsOnceIfRequestedByNameAndNotAvailable() throws Exception {
    String off = "-Dio.netty.transport.noNative=true";
    String output = probe(ENABLE, off, "-Dprobe.asks=true").isSuccess().all();
    assertThat(output).contains("asked: falsefalse");
    assertThat(output.lines().filter(line -> line.startsWith("WARNING: ")))
        .singleElement()
        .asString()
        .contains("although first was asked for it", off);
  }

  @Test
  void doesNotWarnUnlessRequestedByName() throws Exception {
    assertThat(probe(ENABLE, "-Dio.netty.transport.noNative=true").isSuccess().all())
        .doesNotContain("WARNING");
    assertThat(probe(ENABLE, "-Dprobe.asks=true").isSuccess().all())
        .contains("asked: truetrue")
        .doesNotContain("WARNING");
  }

  static String denyNativeAccess() {
    return Runtime.version().feature() >= 24
        ? "--illegal-native-access=deny"
        // Before that, naming some module denies it to all others.
        : "--enable-native-access=java.logging";
  }

  @Test
  void libraryThatIsNotThereIsNamedWithItsProperty(@TempDir Path directory) throws Exception {
    Path missing = directory.resolve("libnone.so");
    assertUnavailable("-Dio.github.kqueueffm.library=" + missing)
        .contains("-Dio.github.kqueueffm.library=" + missing)
        .contains("there is no readable file " + missing);
  }

  @Test
  void noNativeMakesItUnavailableWithTheReason() throws Exception {
    assertUnavailable("-Dio.netty.transport.noNative=true")
        .contains("-Dio.netty.transport.noNative=true");
  }

  @Test
  void unknownPlatformIsNamedWithTheKnownOnes() throws Exception {
    assertUnavailable("-Dio.github.kqueueffm.platform=plan9-mips")
        .contains("-Dio.github.kqueueffm.platform=plan9-mips", "netbsd-x86_64", "linux-x86_64");
  }

  @Test
  void emptyPropertiesAreIgnored() throws Exception {
    String[] empty = {
      ENABLE,
      "-Dio.github.kqueueffm.library=",
      "-Dio.github.kqueueffm.platform=",
      "-Dio.github.kqueueffm.wakeup="
    };
    assertThat(probe(empty).isSuccess().all()).contains("available: true", "echo: works");
  }

  @Test
  void windowsLoadsTheClassAndGetsTheReason() throws Exception {
    String detected = Platform.detected();
    String processor = detected.substring(detected.indexOf('-'));
    assertUnavailable("-Dos.name=Windows 11")
        .contains("windows11" + processor, "known systems are");
  }

  @Test
  @Needs(SystemPromise.EPOLL)
  void systemWithoutEventQueueNamesTheMissingFunctions() throws Exception {
    // OpenBSD's facts know no epoll, and the C library here has no kqueue.
    assertUnavailable("-Dio.github.kqueueffm.platform=openbsd-x86_64")
        .contains("neither kqueue", "openbsd-x86_64")
        .contains("leave -Dio.github.kqueueffm.platform out");
  }

  private static org.assertj.core.api.AbstractStringAssert<?> assertUnavailable(String property)
      throws Exception {
    return assertThat(probe(ENABLE, property).isSuccess().all())
        .contains("available: false")
        .contains("ensureAvailability: the kqueue transport is not available: ")
        .contains("newFactory: the kqueue transport is not available: ");
  }

  /** Runs the probe from this JVM's class path. */
  private static ChildJvm.Result probe(String... flags) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(flags));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    arguments.add(AvailabilityProbe.class.getName());
    return ChildJvm.java(arguments);
  }
}
