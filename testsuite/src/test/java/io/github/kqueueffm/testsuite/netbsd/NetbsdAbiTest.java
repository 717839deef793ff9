package io.github.kqueueffm.testsuite.netbsd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testsuite.demo.Demo;
import io.github.kqueueffm.testsuite.harness.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The two properties for experts, used for real: NetBSD's facts, and a library that brings kqueue
 * and sockets of that ABI. Its descriptors mean nothing to libc, so a call that goes past it fails.
 */
class NetbsdAbiTest {
  private static final long SECONDS = 90;

  @TempDir private static Path folder;

  @Test
  void completeConnectionsRunOnALibraryWithNetbsdsAbi() throws Exception {
    Path library = NetbsdLibrary.compile(folder);
    assertThat(stories(library))
        .contains("netbsd-x86_64", "wakeup user", library + " (kqueue and sockets)")
        .doesNotContain("without NOTE_LOWAT");
  }

  @Test
  void whatTheLibraryLacksIsReplaced() throws Exception {
    Path library =
        NetbsdLibrary.compile(
            folder, "WITHOUT_ACCEPT4", "WITHOUT_PIPE2", "WITHOUT_USER", "WITHOUT_SOCKETPAIR");
    assertThat(stories(library)).contains("wakeup pipe", "sentinel without NOTE_LOWAT");
  }

  @Test
  void theLayoutOfKeventFollowsTheSymbolThatWasFound() throws Exception {
    Path library = NetbsdLibrary.compile(folder, "KEVENT100");
    assertThat(stories(library)).contains("wakeup user");
  }

  @Test
  void theDemoRunsUnchanged() throws Exception {
    Path library = NetbsdLibrary.compile(folder);
    ChildJvm.Result result =
        onNetbsd(library).property("demo.seconds", 1).run(Demo.class, SECONDS);
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isZero();
    assertThat(result.output().lines())
        .filteredOn(line -> line.startsWith("kqueue-ffm") && line.endsWith("every byte right"))
        .hasSize(3);
  }

  /** What was printed, after every story went well. */
  private static String stories(Path library) throws IOException, InterruptedException {
    ChildJvm.Result result =
        onNetbsd(library).run(Stories.class, SECONDS);
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isZero();
    assertThat(result.output().lines().filter(line -> line.startsWith("ok "))).hasSize(9);
    return result.output();
  }

  private static ChildJvm onNetbsd(Path library) {
    return new ChildJvm()
        .property("io.github.kqueueffm.platform", "netbsd-x86_64")
        .property("io.github.kqueueffm.library", library)
        .property("io.netty.leakDetectionLevel", "paranoid");
  }
}
