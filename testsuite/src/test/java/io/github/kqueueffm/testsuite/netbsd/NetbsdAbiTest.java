package io.github.kqueueffm.testsuite.netbsd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.conformance.Conformance;
import io.github.kqueueffm.demo.Demo;
import io.github.kqueueffm.testkit.ChildJvm;
import io.github.kqueueffm.testkit.NetbsdLibrary;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The two properties for experts, used for real: NetBSD's facts, and a library that brings kqueue
 * and sockets of that ABI. Its descriptors mean nothing to libc, so a call that goes past it fails.
 */
@Tag("any-netty")
class NetbsdAbiTest {
  private static final long SECONDS = 180;

  @TempDir private static Path folder;

  @Test
  void transportRunsOnLibraryWithNetbsdAbi() throws Exception {
    Path library = NetbsdLibrary.compile(folder);
    assertThat(conformance(library))
        .contains("netbsd-x86_64", "wakeup user", library + " (kqueue and sockets)")
        .contains("udata fedcba9876543210, 40 bytes")
        .contains("as descriptor " + NetbsdLibrary.FIRST_FD / 100)
        .contains("the sentinel is silent about data: silent")
        .doesNotContain("without NOTE_LOWAT");
  }

  @Test
  void missingFunctionsOfTheLibraryAreReplaced() throws Exception {
    Path library =
        NetbsdLibrary.compile(
            folder,
            "WITHOUT_ACCEPT4",
            "WITHOUT_PIPE2",
            "WITHOUT_DUP3",
            "WITHOUT_USER",
            "WITHOUT_SOCKETPAIR");
    assertThat(conformance(library))
        .contains("wakeup pipe", "peer close without NOTE_LOWAT")
        .contains("wakeup=user does not work here: EVFILT_USER is refused with EINVAL; pipe does");
  }

  @Test
  void layoutOfKeventFollowsTheSymbolThatIsFound() throws Exception {
    Path library = NetbsdLibrary.compile(folder, "KEVENT100");
    assertThat(conformance(library)).contains("udata fedcba9876543210, 72 bytes");
  }

  /** What the conformance program prints, if nothing fails. */
  private static String conformance(Path library) throws IOException, InterruptedException {
    ChildJvm.Result result = onNetbsd(library).run(Conformance.class, SECONDS);
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isZero();
    return result.output();
  }

  @Test
  void demoRunsUnchanged() throws Exception {
    Path library = NetbsdLibrary.compile(folder);
    ChildJvm.Result result = onNetbsd(library).property("demo.seconds", 1).run(Demo.class, SECONDS);
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isZero();
    assertThat(result.output().lines())
        .filteredOn(line -> line.startsWith("block ") && line.endsWith("every byte right"))
        .hasSize(6);
  }

  @Test
  void missingLibraryIsNamedInTheCause() throws Exception {
    ChildJvm.Result result =
        new ChildJvm()
            .property("io.github.kqueueffm.platform", "netbsd-x86_64")
            .run(Conformance.class, SECONDS);
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.output())
        .contains("NOT AVAILABLE: neither kqueue", "__kevent50", "netbsd-x86_64");
  }

  private static ChildJvm onNetbsd(Path library) {
    return new ChildJvm()
        .property("io.github.kqueueffm.platform", "netbsd-x86_64")
        .property("io.github.kqueueffm.library", library)
        .property("io.netty.leakDetectionLevel", "paranoid");
  }
}
