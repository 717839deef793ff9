package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.channel.Seccomp.Call;
import io.github.kqueueffm.testkit.ChildJvm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The transport under real filters of system calls, which need no privilege. */
@Tag("real")
@Needs(SystemPromise.SECCOMP)
class PolicyTest {
  private static final String WORKS = "works, waits, datagrams";
  private static final List<Errno> ERRNOS =
      List.of(Errno.ENOSYS, Errno.EPERM, Errno.EACCES, Errno.EINVAL, Errno.EOPNOTSUPP);
  private static final List<Call> REPLACED =
      List.of(
          Call.EPOLL_PWAIT2,
          Call.TIMERFD_CREATE,
          Call.TIMERFD_SETTIME,
          Call.ACCEPT4,
          Call.SENDMMSG,
          Call.RECVMMSG);

  private static String policy(Errno errno, Call... calls) {
    return Platform.current().number(errno)
        + ":"
        + Arrays.stream(calls).map(Call::name).collect(Collectors.joining("+"));
  }

  /** What each policy led to, in their order. */
  private static List<String> run(List<String> policies, String... flags) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(flags));
    arguments.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            PolicyProgram.class.getName()));
    arguments.addAll(policies);
    String output = ChildJvm.java(arguments).isSuccess().all();
    assumeThat(output).doesNotContain("no filters");
    return output.lines().filter(line -> line.contains(" -> ")).toList();
  }

  @Test
  void everyCallWithAnAlternativeMayBeForbidden() throws Exception {
    List<String> policies = new ArrayList<>();
    for (Errno errno : ERRNOS) {
      policies.add(policy(errno, REPLACED.toArray(Call[]::new)));
      policies.add(policy(errno, Call.EPOLL_PWAIT2));
      policies.add(policy(errno, Call.EPOLL_PWAIT2, Call.TIMERFD_SETTIME));
      policies.add(policy(errno, Call.ACCEPT4));
      policies.add(policy(errno, Call.SENDMMSG));
      policies.add(policy(errno, Call.RECVMMSG));
    }
    assertThat(run(policies))
        .containsExactlyElementsOf(
            policies.stream().map(policy -> policy + " -> " + WORKS).toList());
  }

  /** A libc's pipe may be another system call, as musl's is, or the same, as glibc's is. */
  @Test
  void pipe2MayBeForbiddenWhereThereIsPipe() throws Exception {
    List<String> policies = ERRNOS.stream().map(errno -> policy(errno, Call.PIPE2)).toList();
    List<String> answers = run(policies, "-Dio.github.kqueueffm.wakeup=pipe");
    assertThat(answers)
        .hasSameSizeAs(policies)
        .allMatch(answer ->
            answer.contains(WORKS) || answer.contains("unavailable: cannot open a kqueue: pipe2"));
  }

  @Test
  void forbiddenCallWithoutAlternativeIsNamedInTheCause() throws Exception {
    List<Call> calls = List.of(Call.EVENTFD, Call.EPOLL_CREATE1, Call.EPOLL_WAIT);
    List<String> policies =
        calls.stream().flatMap(call -> ERRNOS.stream().map(errno -> policy(errno, call))).toList();
    List<String> expected =
        Stream.of("eventfd", "epoll_create1", "epoll_wait")
            .flatMap(call -> ERRNOS.stream().map(errno -> call + ": "))
            .toList();
    List<String> answers = run(policies);
    assertThat(answers).hasSameSizeAs(policies);
    for (int i = 0; i < policies.size(); i++) {
      assertThat(answers.get(i))
          .startsWith(
              policies.get(i) + " -> unavailable: cannot open a kqueue: " + expected.get(i));
    }
  }
}
