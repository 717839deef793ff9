package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.testkit.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the doctor says of calls that a policy forbids, under a real filter of system calls. */
@Tag("real")
@Needs(SystemPromise.SECCOMP)
class FallbackTest {

  @Test
  void callsThatLoopsAndChannelsGaveUpAreListedWithTheErrno() throws Exception {
    String output =
        ChildJvm.java(
                List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    FallbackProgram.class.getName()))
            .isSuccess()
            .output();
    assumeThat(output).doesNotContain("no filters");
    assertThat(output)
        .startsWith("transport-kqueue-ffm: usable")
        .containsPattern("(?m)^  accept4: accept and fcntl instead  \\[refused with EPERM.*\\]$")
        .containsPattern(
            "(?m)^  epoll_pwait2: epoll_wait and a timerfd instead  \\[refused with EPERM.*\\]$")
        .doesNotContain("no call is known to be refused", "sendmmsg");
  }
}
