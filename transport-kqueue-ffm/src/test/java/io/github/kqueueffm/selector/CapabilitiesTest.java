package io.github.kqueueffm.selector;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.KeventExpectation;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of a kernel before its first loop: by its platform file, by probes, by force. */
class CapabilitiesTest {
  private static final int FD = 10;
  private static final int PEER = 11;

  private final long before = NativeMemory.live();

  @AfterEach
  void nothingIsLeft() {
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  private static Kevent timer(ScriptedKernel script) {
    return script.timer(0).flags(EV_ADD, EV_ENABLE, EV_CLEAR);
  }

  private static void expectTimerThatFiresOnce(ScriptedKernel script) {
    script.expect("kqueue").answers(20);
    for (int round = 0; round < 2; round++) {
      script.expectKevent().changes(timer(script)).waits().returns(script.timer(0).data(1));
      script.expectKevent().changes().waits().returns();
    }
    script.expect("close", 20);
  }

  private static void expectTimerThatFails(ScriptedKernel script) {
    script.expect("kqueue").answers(20);
    Kevent timer = timer(script);
    script.expectKevent().changes(timer).waits().returns(timer.error(Errno.EINVAL));
    script.expect("close", 20);
  }

  private static void expectUserThatWorks(ScriptedKernel script) {
    script.expect("kqueue").answers(21);
    script.expectKevent().changes(script.user(0).flags(EV_ADD, EV_CLEAR)).polls().returns();
    Kevent trigger = script.user(0).fflags(script.platform().get(NOTE_TRIGGER));
    script.expectKevent().changes(trigger).waits().returns(script.user(0));
    script.expectKevent().changes().waits().returns();
    script.expect("close", 21);
  }

  private static void expectUserThatFails(ScriptedKernel script) {
    script.expect("kqueue").answers(21);
    Kevent user = script.user(0).flags(EV_ADD, EV_CLEAR);
    script.expectKevent().changes(user).polls().returns(user.error(Errno.EINVAL));
    script.expect("close", 21);
  }

  private static void expectSentinelThatHolds(ScriptedKernel script) {
    script.expect("socketpair").writesInts(3, FD, PEER);
    script.expect("kqueue").answers(22);
    script.expect("write", PEER, ScriptedKernel.ANY, 1).answers(1);
    script.expectKevent().changes(script.read(FD).sentinel()).polls().returns();
    script.expect("close", PEER);
    script.expectKevent().changes().waits().returns(script.read(FD).eof().data(1));
    script.expect("close", 22);
    script.expect("close", FD);
  }

  private static void assertFound(Capabilities found, Wakeup.Kind wakeup, boolean lowat) {
    assertThat(found.wakeup().kind()).isEqualTo(wakeup);
    assertThat(found.wakeup().isProven()).isTrue();
    assertThat(found.lowat()).isEqualTo(lowat);
  }

  /** OpenBSD 7.8 limits the user events of a process. */
  @Test
  void pipeReplacesRefusedUserEvent() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("openbsd-x86_64")) {
      expectUserEventRefused(script);
      ScriptedPollers.expectPipe(script);
      script
          .expectKevent()
          .changes(script.read(ScriptedPollers.PIPE_READ).flags(EV_ADD))
          .withoutSlots();
      try (Poller poller = Poller.open(script.kernel(), null, ScriptedPollers::unexpected)) {
        assertThat(poller.describe()).contains("wakeup pipe");
      }
    }
  }

  @Test
  void refusedForcedUserEventIsNamed() {
    try (ScriptedKernel script = ScriptedKernel.on("openbsd-x86_64")) {
      expectUserEventRefused(script);
      script.expect("close", ScriptedPollers.KQUEUE);
      assertThatThrownBy(
              () -> Poller.open(script.kernel(), Wakeup.Kind.USER, ScriptedPollers::unexpected))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("EVFILT_USER EV_ADD|EV_CLEAR")
          .hasMessageContaining("ENOMEM");
    }
  }

  private static void expectUserEventRefused(ScriptedKernel script) {
    ScriptedPollers.assume(script.kernel(), "user", true);
    script.expect("kqueue").answers(ScriptedPollers.KQUEUE);
    script.allow("close", ScriptedPollers.KQUEUE);
    script
        .expectKevent()
        .changes(script.user(0).flags(EV_ADD, EV_CLEAR))
        .withoutSlots()
        .fails(Errno.ENOMEM);
  }

  /** What a system answers to the probes, and what they make of it. */
  enum Probed {
    MACOS_FIRES_THE_TIMER_ONCE(
        "macos-aarch64",
        Wakeup.Kind.TIMER,
        true,
        script -> {
          expectTimerThatFiresOnce(script);
          expectSentinelThatHolds(script);
        }),

    FREEBSD_REPEATS_THE_TIMER(
        "freebsd-x86_64",
        Wakeup.Kind.USER,
        true,
        script -> {
          script.expect("kqueue").answers(20);
          script.expectKevent().changes(timer(script)).waits().returns(script.timer(0).data(1));
          script.expectKevent().changes().waits().returns(script.timer(0).data(1));
          script.expect("close", 20);
          expectUserThatWorks(script);
          expectSentinelThatHolds(script);
        }),

    NETBSD_REFUSES_THE_TIMER(
        "netbsd-x86_64",
        Wakeup.Kind.USER,
        true,
        script -> {
          expectTimerThatFails(script);
          expectUserThatWorks(script);
          expectSentinelThatHolds(script);
        }),

    OPENBSD_WITHOUT_USER_EVENTS(
        "openbsd-x86_64",
        Wakeup.Kind.PIPE,
        true,
        script -> {
          expectTimerThatFails(script);
          expectUserThatFails(script);
          expectSentinelThatHolds(script);
        }),

    TIMER_THAT_NEVER_FIRES(
        "dragonfly-x86_64",
        Wakeup.Kind.USER,
        true,
        script -> {
          script.expect("kqueue").answers(20);
          KeventExpectation wait = script.expectKevent().changes(timer(script)).waits();
          wait.where(call -> call.timeout() <= 1_000_000_000 ? null : "it waits too long")
              .answers(0);
          script.expect("close", 20);
          expectUserThatWorks(script);
          expectSentinelThatHolds(script);
        }),

    /** NetBSD of 2016 does not rearm a timer that is there. */
    TIMER_THAT_FIRES_THE_FIRST_TIME_ONLY(
        "netbsd-x86_64",
        Wakeup.Kind.USER,
        true,
        script -> {
          script.expect("kqueue").answers(20);
          script.expectKevent().changes(timer(script)).waits().returns(script.timer(0).data(1));
          script.expectKevent().changes().waits().returns();
          script.expectKevent().changes(timer(script)).waits().returns();
          script.expect("close", 20);
          expectUserThatWorks(script);
          expectSentinelThatHolds(script);
        }),

    SIGNAL_DURING_A_PROBE(
        "macos-x86_64",
        Wakeup.Kind.TIMER,
        true,
        script -> {
          script.expect("kqueue").answers(20);
          script.expectKevent().changes(timer(script)).waits().fails(Errno.EINTR);
          script.expectKevent().changes().waits().returns(script.timer(0).data(1));
          script.expectKevent().changes().waits().fails(Errno.EINTR);
          script.expectKevent().changes().waits().returns();
          script.expectKevent().changes(timer(script)).waits().returns(script.timer(0).data(1));
          script.expectKevent().changes().waits().returns();
          script.expect("close", 20);
          expectSentinelThatHolds(script);
        }),

    LOW_WATER_MARK_THAT_DATA_REACHES(
        "dragonfly-x86_64",
        Wakeup.Kind.TIMER,
        false,
        script -> {
          expectTimerThatFiresOnce(script);
          script.expect("socketpair").writesInts(3, FD, PEER);
          script.expect("kqueue").answers(22);
          script.expect("write", PEER).answers(1);
          script
              .expectKevent()
              .changes(script.read(FD).sentinel())
              .polls()
              .returns(script.read(FD).data(1));
          script.expect("close", 22);
          script.expect("close", FD);
          script.expect("close", PEER);
        }),

    LOW_WATER_MARK_THAT_HIDES_THE_END(
        "openbsd-x86_64",
        Wakeup.Kind.TIMER,
        false,
        script -> {
          expectTimerThatFiresOnce(script);
          script.expect("socketpair").writesInts(3, FD, PEER);
          script.expect("kqueue").answers(22);
          script.expect("write", PEER).answers(1);
          script.expectKevent().changes(script.read(FD).sentinel()).polls().returns();
          script.expect("close", PEER);
          script.expectKevent().changes().waits().returns();
          script.expect("close", 22);
          script.expect("close", FD);
        }),

    NO_SOCKET_PAIR(
        "macos-aarch64",
        Wakeup.Kind.TIMER,
        false,
        script -> {
          expectTimerThatFiresOnce(script);
          script.expect("socketpair").fails(Errno.EOPNOTSUPP);
        });

    private final String platform;
    private final Wakeup.Kind wakeup;
    private final boolean lowat;

    @SuppressWarnings("ImmutableEnumChecker") // A lambda that captures nothing.
    private final Consumer<ScriptedKernel> answers;

    Probed(String platform, Wakeup.Kind wakeup, boolean lowat, Consumer<ScriptedKernel> answers) {
      this.platform = platform;
      this.answers = answers;
      this.wakeup = wakeup;
      this.lowat = lowat;
    }
  }

  @ParameterizedTest
  @EnumSource
  void probesDecideByWhatTheSystemDoes_zig9685(Probed probed) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on(probed.platform)) {
      probed.answers.accept(script);
      Probes probes = new Probes(script.kernel(), new KqueueConstants(script.platform()));
      assertThat(probes.bestWakeup()).isEqualTo(probed.wakeup);
      assertThat(probes.lowatHolds()).isEqualTo(probed.lowat);
    }
  }

  /** No probe, and no kevent call but the one that adds the wakeup. */
  @ParameterizedTest
  @ValueSource(strings = {"freebsd-x86_64", "freebsd-aarch64"})
  void startProbesNothingWhereAllIsMeasured(String platform) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on(platform)) {
      assertFound(Capabilities.of(script.kernel(), null), Wakeup.Kind.USER, true);
      ScriptedPollers.expectOpen(script, "user");
      try (Poller poller = Poller.open(script.kernel(), null, ScriptedPollers::unexpected);
          Events events = new Events(4)) {
        script.verify();
        assertThat(script.calls("kevent")).isEqualTo(1);
        assertThat(script.calls("socketpair")).isZero();
        assertThat(poller.hasUserEvents()).isTrue();
        script.expectKevent().forEver().returns();
        poller.select(events, -1, null);
      }
    }
  }

  /** Before NetBSD 10 its change is refused, and the pipe takes over: no wait either. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void startOnNetbsdDoesNotWait(boolean hasUserEvents) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("netbsd-x86_64")) {
      script.expect("kqueue").answers(ScriptedPollers.KQUEUE);
      script.allow("close", ScriptedPollers.KQUEUE);
      KeventExpectation add =
          script.expectKevent().changes(script.user(0).flags(EV_ADD, EV_CLEAR)).withoutSlots();
      if (!hasUserEvents) {
        add.fails(Errno.EINVAL);
        ScriptedPollers.expectPipe(script);
        Kevent read = script.read(ScriptedPollers.PIPE_READ);
        script.expectKevent().changes(read.flags(EV_ADD)).withoutSlots();
      }
      try (Poller poller = Poller.open(script.kernel(), null, ScriptedPollers::unexpected)) {
        script.verify();
        assertThat(poller.hasUserEvents()).isEqualTo(hasUserEvents);
        assertThat(poller.describe()).endsWith(hasUserEvents ? "wakeup user" : "wakeup pipe");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"macos-aarch64, TIMER", "openbsd-x86_64, USER", "dragonfly-x86_64, USER"})
  void startWithGuessProbesTheLowWaterMarkAlone(String platform, Wakeup.Kind kind)
      throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on(platform)) {
      expectSentinelThatHolds(script);
      Capabilities first = Capabilities.of(script.kernel(), null);
      assertThat(first.wakeup().kind()).isEqualTo(kind);
      assertThat(first.wakeup().isProven()).isFalse();
      assertThat(first.lowat()).isTrue();
      assertThat(Capabilities.of(script.kernel(), null)).isSameAs(first);
    }
  }

  @ParameterizedTest
  @EnumSource(Shortage.class)
  void probeThatFailsForShortageIsRepeated(Shortage shortage) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("macos-aarch64")) {
      shortage.script.accept(script);
      assertThatThrownBy(() -> Capabilities.of(script.kernel(), null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(shortage.call)
          .hasMessageContaining(shortage.errno.name());
      script.verify();
      expectSentinelThatHolds(script);
      assertThat(Capabilities.of(script.kernel(), null).lowat()).isTrue();
    }
  }

  /** What can be short while NOTE_LOWAT is probed. */
  enum Shortage {
    SOCKET_PAIR(
        "socketpair", Errno.EMFILE, script -> script.expect("socketpair").fails(Errno.EMFILE)),
    KQUEUE(
        "kqueue",
        Errno.ENFILE,
        script -> {
          script.expect("socketpair").writesInts(3, FD, PEER);
          script.expect("kqueue").fails(Errno.ENFILE);
          expectPairClosed(script);
        }),
    BUFFER(
        "write",
        Errno.ENOBUFS,
        script -> {
          script.expect("socketpair").writesInts(3, FD, PEER);
          script.expect("kqueue").answers(22);
          script.expect("write", PEER).fails(Errno.ENOBUFS);
          script.expect("close", 22);
          expectPairClosed(script);
        }),
    KNOTE(
        "kevent",
        Errno.ENOMEM,
        script -> {
          script.expect("socketpair").writesInts(3, FD, PEER);
          script.expect("kqueue").answers(22);
          script.expect("write", PEER).answers(1);
          Kevent knote = script.read(FD).sentinel();
          script.expectKevent().changes(knote).polls().returns(knote.error(Errno.ENOMEM));
          script.expect("close", 22);
          expectPairClosed(script);
        });

    private final String call;
    private final Errno errno;

    @SuppressWarnings("ImmutableEnumChecker") // A lambda that captures nothing.
    private final Consumer<ScriptedKernel> script;

    Shortage(String call, Errno errno, Consumer<ScriptedKernel> script) {
      this.call = call;
      this.errno = errno;
      this.script = script;
    }

    private static void expectPairClosed(ScriptedKernel script) {
      script.expect("close", FD);
      script.expect("close", PEER);
    }
  }

  @Test
  void missingDescriptorNamesTheLimit() {
    try (ScriptedKernel script = ScriptedKernel.on("macos-aarch64")) {
      script.expect("socketpair").fails(Errno.EMFILE);
      assertThatThrownBy(() -> Capabilities.of(script.kernel(), null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ulimit -n");
    }
  }

  @Test
  void forcedWakeupThatFailsForShortageIsProbedAgain() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("openbsd-x86_64")) {
      ScriptedPollers.assume(script.kernel(), "pipe", true);
      script.expect("kqueue").answers(21);
      Kevent user = script.user(0).flags(EV_ADD, EV_CLEAR);
      script.expectKevent().changes(user).polls().returns(user.error(Errno.ENOMEM));
      script.expect("close", 21);
      assertThatThrownBy(() -> Capabilities.of(script.kernel(), Wakeup.Kind.USER))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ENOMEM");
      expectUserThatWorks(script);
      assertFound(Capabilities.of(script.kernel(), Wakeup.Kind.USER), Wakeup.Kind.USER, true);
    }
  }

  @Test
  void forcedWakeupIsProbedInFullThoughItIsMeasuredOrGuessed() throws IOException {
    try (ScriptedKernel freebsd = ScriptedKernel.on("freebsd-x86_64");
        ScriptedKernel macos = ScriptedKernel.on("macos-aarch64")) {
      expectUserThatWorks(freebsd);
      for (int loop = 0; loop < 2; loop++) {
        assertFound(Capabilities.of(freebsd.kernel(), Wakeup.Kind.USER), Wakeup.Kind.USER, true);
      }
      ScriptedPollers.guess(macos.kernel(), Wakeup.Kind.TIMER);
      expectTimerThatFiresOnce(macos);
      assertFound(Capabilities.of(macos.kernel(), Wakeup.Kind.TIMER), Wakeup.Kind.TIMER, true);
    }
  }

  @ParameterizedTest
  @EnumSource(Wakeup.Kind.class)
  void embeddedKqueueNeedsNoProbe(Wakeup.Kind forced) throws IOException {
    try (ScriptedKernel script =
        ScriptedKernel.on("linux-x86_64").without(Call.KQUEUE, Call.KEVENT)) {
      assertFound(Capabilities.of(script.kernel(), null), Wakeup.Kind.TIMER, true);
      assertFound(Capabilities.of(script.kernel(), forced), forced, true);
    }
  }

  @Test
  void forcedWakeupIsTriedFirst() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("macos-aarch64")) {
      ScriptedPollers.assume(script.kernel(), "timer", false);
      expectUserThatWorks(script);
      assertFound(Capabilities.of(script.kernel(), Wakeup.Kind.USER), Wakeup.Kind.USER, false);
      assertFound(Capabilities.of(script.kernel(), Wakeup.Kind.PIPE), Wakeup.Kind.PIPE, false);
    }
  }

  @Test
  void forcedPipeHidesNoUserEvents() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("netbsd-x86_64")) {
      ScriptedPollers.assume(script.kernel(), "user", true);
      assertFound(Capabilities.of(script.kernel(), Wakeup.Kind.PIPE), Wakeup.Kind.PIPE, true);
      assertThat(Capabilities.hasUserEvents(script.kernel())).isTrue();
    }
    try (ScriptedKernel script = ScriptedKernel.on("netbsd-x86_64")) {
      ScriptedPollers.assume(script.kernel(), "pipe", true);
      assertThat(Capabilities.hasUserEvents(script.kernel())).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void forcedPipeOnGuessProbesForUserEventsOnce(boolean hasUserEvents) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("netbsd-x86_64")) {
      assertFound(Capabilities.of(script.kernel(), Wakeup.Kind.PIPE), Wakeup.Kind.PIPE, true);
      if (hasUserEvents) {
        expectUserThatWorks(script);
        assertThat(Capabilities.hasUserEvents(script.kernel())).isTrue();
      } else {
        expectUserThatFails(script);
      }
      assertThat(Capabilities.hasUserEvents(script.kernel())).isEqualTo(hasUserEvents);
    }
  }

  @Test
  void forcedWakeupThatDoesNotWorkNamesOneThatDoesWhereNoneIsProven() {
    try (ScriptedKernel script = ScriptedKernel.on("netbsd-x86_64")) {
      expectTimerThatFails(script);
      expectTimerThatFails(script);
      expectUserThatWorks(script);
      assertThatThrownBy(() -> Capabilities.of(script.kernel(), Wakeup.Kind.TIMER))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageEndingWith("; user does");
    }
  }

  @Test
  void lowWaterMarkIsProbedOnLibraryOtherThanTheMeasuredSystem() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("netbsd-x86_64").without(Call.SOCKETPAIR)) {
      script.expect("socketpair").fails(Errno.ENOSYS);
      assertThat(Capabilities.of(script.kernel(), null).lowat()).isFalse();
    }
  }

  @Test
  void forcedWakeupThatDoesNotWorkIsRefusedWithTheReason() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("netbsd-x86_64")) {
      ScriptedPollers.assume(script.kernel(), "user", true);
      expectTimerThatFails(script);
      assertThatThrownBy(() -> Capabilities.of(script.kernel(), Wakeup.Kind.TIMER))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("io.github.kqueueffm.wakeup=timer")
          .hasMessageContaining("EVFILT_TIMER is refused with EINVAL")
          .hasMessageContaining("user does");
    }
  }

  @Test
  void factIsComparedWithTheFullProbe() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      expectUserThatWorks(script);
      expectTimerThatFails(script);
      expectUserThatWorks(script);
      FullProbe.Comparison wakeup = FullProbe.wakeup(script.kernel());
      assertThat(wakeup.stated()).startsWith("user (a fact: FreeBSD 13.0");
      assertThat(wakeup.measured()).isTrue();
      assertThat(wakeup.found()).isEqualTo("user");
      assertThat(wakeup.objection()).isNull();
      script.expect("socketpair").fails(Errno.EOPNOTSUPP);
      FullProbe.Comparison lowat = FullProbe.lowat(script.kernel());
      assertThat(lowat.measured()).isTrue();
      assertThat(lowat.objection()).isEqualTo("false");
    }
  }

  @Test
  void guessIsComparedWithTheFullProbe() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("macos-aarch64")) {
      expectTimerThatFails(script);
      expectTimerThatFails(script);
      expectUserThatFails(script);
      FullProbe.Comparison wakeup = FullProbe.wakeup(script.kernel());
      assertThat(wakeup.stated()).startsWith("timer (a guess: macOS 11 to 15");
      assertThat(wakeup.measured()).isFalse();
      assertThat(wakeup.found()).isEqualTo("pipe");
      assertThat(wakeup.objection()).contains("EINVAL");
      script.expect("socketpair").fails(Errno.EOPNOTSUPP);
      FullProbe.Comparison lowat = FullProbe.lowat(script.kernel());
      assertThat(lowat).isEqualTo(new FullProbe.Comparison(lowat.stated(), false, "false", null));
    }
  }

  @Test
  void unknownNameIsRefused() {
    assertThat(Wakeup.Kind.named("Timer")).isEqualTo(Wakeup.Kind.TIMER);
    assertThatThrownBy(() -> Wakeup.Kind.named("signal"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("wakeup=signal")
        .hasMessageContaining("timer, user and pipe");
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  void pipeIsUsedWherePipe2IsForbidden(Errno errno) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("openbsd-x86_64")) {
      ScriptedPollers.assume(script.kernel(), "pipe", true);
      script.expect("kqueue").answers(30);
      script.expect("pipe2").fails(errno);
      script.expect("pipe").writesInts(0, 31, 32);
      script.expect("fcntl", 31).times(2);
      script.expect("fcntl", 32).times(2);
      script.expectKevent().changes(script.read(31).flags(EV_ADD)).withoutSlots();
      script.expect("close", 31);
      script.expect("close", 32);
      script.expect("close", 30);
      Poller.open(script.kernel(), null, ScriptedPollers::unexpected).close();

      script.expect("kqueue").answers(30);
      script.expect("pipe2").fails(errno);
      script.expect("pipe").fails(errno);
      script.expect("close", 30);
      assertThatThrownBy(() -> Poller.open(script.kernel(), null, ScriptedPollers::unexpected))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("pipe")
          .hasMessageContaining(errno.name());
    }
  }

  @Test
  void failedKqueueLeavesNothingOpen() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("openbsd-x86_64")) {
      ScriptedPollers.assume(script.kernel(), "pipe", true);
      script.expect("kqueue").answers(30);
      script.expect("pipe2").fails(Errno.EMFILE);
      script.expect("close", 30);
      assertThatThrownBy(() -> Poller.open(script.kernel(), null, ScriptedPollers::unexpected))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("EMFILE")
          .hasMessageContaining("ulimit -n");
      script.expect("kqueue").answers(30);
      script.expect("pipe2").writesInts(0, 31, 32);
      script.expectKevent().changes(script.read(31).flags(EV_ADD)).fails(Errno.ENOMEM);
      script.expect("close", 31);
      script.expect("close", 32);
      script.expect("close", 30);
      assertThatThrownBy(() -> Poller.open(script.kernel(), null, ScriptedPollers::unexpected))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ENOMEM");
    }
  }
}
