package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.testkit.ChildJvm;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code -Dio.github.kqueueffm.trace} does in a JVM, and what happens without it. */
@Tag("real")
class TracePropertyTest {
  private static final String PROPERTY = "io.github.kqueueffm.trace";
  private static final String LINE = "\\[\\S.*] \\w+\\(.*\\) = .* \\(\\d+ us\\)";
  private static final Pattern LOADED =
      Pattern.compile("\\bio\\.github\\.kqueueffm\\.\\S*Trace(?!Probe)\\S*");

  @Test
  void withoutThePropertyTheKernelIsNotWrappedAndNoClassOfTheTraceIsLoaded() throws Exception {
    String output = echo("-Xlog:class+load").isSuccess().all();
    assertThat(output).contains("echo: works", "kernel: FfmKernel");
    assertThat(output).contains("io.github.kqueueffm.syscall.FfmKernel source");
    assertThat(LOADED.matcher(output).results().map(found -> found.group())).isEmpty();
  }

  @Test
  void withThePropertyBothAreSeenInTheSameWay() throws Exception {
    String output = echo("-Xlog:class+load", trace("close")).isSuccess().all();
    assertThat(output).contains("echo: works", "kernel: TraceKernel");
    assertThat(LOADED.matcher(output).results().map(found -> found.group()))
        .contains("io.github.kqueueffm.syscall.TraceKernel", "io.github.kqueueffm.syscall.Trace");
  }

  @Test
  void echoIsTracedThroughNettysLogging() throws Exception {
    List<String> lines = lines(echo(trace("connections,recv,send")));
    assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(line).matches(LINE));
    assertThat(lines)
        .anyMatch(line -> line.contains("] socket(domain=AF_INET") && line.contains("SOCK_STREAM"))
        .anyMatch(line -> line.matches(".*] bind\\(fd=\\d+, address=.*:0\\) = 0 .*"))
        .anyMatch(line -> line.matches(".*] accept4?\\(.*\\) = \\d+.*"))
        .anyMatch(line -> line.matches(".*] recv\\(fd=\\d+, len=\\d+, flags=.*\\) = 5 .*"))
        .anyMatch(line -> line.matches(".*] send\\(fd=\\d+, len=5, flags=MSG_NOSIGNAL\\) = 5 .*"))
        .noneMatch(line -> line.contains("] kevent(") || line.contains("] epoll_"));
  }

  @Test
  void lineNamesTheLoop() throws Exception {
    assertThat(lines(echo(trace("recv"))))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).startsWith("[multiThreadIoEventLoopGroup-"));
  }

  @Test
  @Needs(SystemPromise.EPOLL)
  void kqueueOverEpollIsTracedOnBothOfItsSides() throws Exception {
    List<String> lines = lines(echo(trace("kevent,epoll_ctl,epoll_wait,epoll_pwait2")));
    assertThat(lines).allSatisfy(line -> assertThat(line).matches(LINE));
    assertThat(lines)
        .anyMatch(line ->
            line.contains("] kevent(kq=embedded, changelist=[{ident=")
                && line.contains("filter=EVFILT_READ, flags=EV_ADD"))
        .anyMatch(line -> line.contains("eventlist=[{ident="))
        .anyMatch(line -> line.contains("] epoll_ctl(epfd=") && line.contains("EPOLL_CTL_ADD"))
        .anyMatch(line -> line.contains("] epoll_") && line.contains("events=[{events=EPOLLIN"));
  }

  @Test
  void unknownNameIsWarnedOfOnceAndTheTransportWorks() throws Exception {
    String output = echo(trace("keventt,recv")).isSuccess().all();
    assertThat(output).contains("echo: works").contains("] recv(fd=");
    assertThat(output.lines().filter(line -> line.contains("keventt")))
        .singleElement()
        .asString()
        .contains("no call has the name keventt (expected", "all, ", "kevent, ");
  }

  @Test
  void programWithoutNettyHasTheTraceInTheLoggerOfTheJdk() throws Exception {
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("io" + File.separator + "netty" + File.separator))
            .collect(Collectors.joining(File.pathSeparator));
    String program = "io.github.kqueueffm.selector.book.TraceProbe";
    String output = run(path, program, trace("all")).isSuccess().all();
    assertThat(output).contains("events: 0").containsPattern("] close\\(fd=\\d+\\) = 0");
  }

  private static String trace(String calls) {
    return "-D" + PROPERTY + "=" + calls;
  }

  private static List<String> lines(ChildJvm.Result result) {
    return result.isSuccess().errors().lines().filter(line -> line.startsWith("[")).toList();
  }

  private static ChildJvm.Result echo(String... options) throws Exception {
    return run(System.getProperty("java.class.path"), TraceProbe.class.getName(), options);
  }

  private static ChildJvm.Result run(String path, String program, String... options)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(options));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Djava.util.logging.SimpleFormatter.format=%5$s%n");
    command.addAll(List.of("-cp", path, program));
    return ChildJvm.java(command);
  }
}
