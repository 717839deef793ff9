package io.github.kqueueffm.selector;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Call by call, how a loop proves its wakeup and how it hands over to the next. */
class UnprovenWakeupTest {
  private static final long LONGEST = 25_000_000;
  private static final int FD = 5;

  private final ScriptedKernel script = ScriptedKernel.on("macos-aarch64");
  private final List<String> log = new ArrayList<>();
  private final Events events = new Events(4);

  @AfterEach
  void free() {
    events.close();
  }

  private Poller open(Wakeup.Kind guess) throws IOException {
    ScriptedPollers.guess(script.kernel(), guess);
    ScriptedPollers.expectOpen(script, guess.toString());
    return Poller.open(script.kernel(), null, log::add);
  }

  private void expectTimerTrigger() {
    Kevent timer = script.timer(0).flags(EV_ADD, EV_ENABLE, EV_CLEAR).udata(0);
    script.expectKevent().changes(timer).withoutSlots();
  }

  private void expectUserTrigger() {
    Kevent trigger = script.user(0).fflags(script.platform().get(NOTE_TRIGGER)).udata(0);
    script.expectKevent().changes(trigger).withoutSlots();
  }

  private void expectHandOverToUser() {
    script.expectKevent().changes(script.user(0).flags(EV_ADD, EV_CLEAR)).withoutSlots();
    script.expectKevent().changes(script.timer(0).delete()).withoutSlots();
  }

  private void expectHandOverToPipe() {
    ScriptedPollers.expectPipe(script);
    Kevent read = script.read(ScriptedPollers.PIPE_READ);
    script.expectKevent().changes(read.flags(EV_ADD)).withoutSlots();
    script.expectKevent().changes(script.user(0).delete()).withoutSlots();
  }

  /** It has been missed: a trigger, the end of the wait, a look without waiting. */
  private void expectMissedTimer(Poller poller) {
    script.expectKevent().waits(LONGEST).runs(poller::wakeup).returns();
    expectTimerTrigger();
    script.expectKevent().changes().polls().returns();
  }

  @Test
  void missedWakeupIsPolledForOnceMoreAndThenReplaced() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      expectMissedTimer(poller);
      expectHandOverToUser();
      assertThat(poller.select(events, -1, null)).isZero();
      assertThat(poller.wasDisturbed()).isTrue();
      assertThat(poller.describe()).endsWith("wakeup user");
      assertThat(log).hasSize(1);
      assertThat(log.get(0)).contains("timer", "it does not fire", "user is used from now on");
      script.expectKevent().waits(LONGEST).runs(poller::wakeup).returns(script.user(0));
      expectUserTrigger();
      poller.select(events, -1, null);
      script.expectKevent().waits(LONGEST).returns();
      poller.select(events, -1, null);
      script.expectKevent().forEver().returns();
      poller.select(events, -1, null);
      assertThat(log).hasSize(1);
    }
  }

  @Test
  void wakeupThatTheSecondPollShowsIsKept() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      script.expectKevent().waits(LONGEST).runs(poller::wakeup).returns();
      expectTimerTrigger();
      script.expectKevent().changes().polls().returns(script.timer(0).data(1));
      assertThat(poller.select(events, -1, null)).isZero();
      assertThat(poller.describe()).endsWith("wakeup timer");
      script.expectKevent().waits(LONGEST).returns();
      poller.select(events, -1, null);
      script.expectKevent().forEver().returns();
      poller.select(events, -1, null);
      assertThat(log).isEmpty();
    }
  }

  /** Its thread was held up until another event had ended the wait. */
  @Test
  void triggerOfALoopThatIsAwakeComesWithTheNextCall() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      script.expectKevent().waits(LONGEST).runs(poller::wakeup).returns(script.read(FD).udata(7));
      expectTimerTrigger();
      assertThat(poller.select(events, -1, () -> true)).isEqualTo(1);
      script.expectKevent().waits(LONGEST).returns(script.timer(0).data(1));
      assertThat(poller.select(events, -1, () -> true)).isZero();
      assertThat(log).isEmpty();
    }
  }

  @Test
  void userEventsAreKeptWhenTheWakeupIsReplaced() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      script
          .expectKevent()
          .waits(LONGEST)
          .returns(script.timer(0).data(1), script.read(FD).udata(7));
      expectHandOverToUser();
      assertThat(poller.select(events, -1, null)).isEqualTo(1);
      assertThat(events.token(0)).isEqualTo(7);
      assertThat(log.get(0)).contains("it fires without a trigger");
    }
  }

  @Test
  void wakeupThatFiresForEverIsDeletedAtItsSecondEvent() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      script.expectKevent().waits(LONGEST).runs(poller::wakeup).returns(script.timer(0).data(1));
      expectTimerTrigger();
      poller.select(events, -1, null);
      script.expectKevent().waits(LONGEST).returns(script.timer(0).data(1));
      expectHandOverToUser();
      poller.select(events, -1, null);
      assertThat(log.get(0)).contains("it fires again without a trigger");
    }
  }

  /** A thread that was on its way adds the timer once more: an event of token 0 for no user. */
  @Test
  void lateEventOfReplacedWakeupIsDroppedAndItsKnoteDeletedAgain() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      expectMissedTimer(poller);
      expectHandOverToUser();
      poller.select(events, -1, null);
      script.expectKevent().waits(LONGEST).returns(script.timer(0).data(1));
      script.expectKevent().changes(script.timer(0).delete()).withoutSlots().fails(Errno.ENOENT);
      assertThat(poller.select(events, -1, null)).isZero();
      assertThat(events.size()).isZero();
      assertThat(log).hasSize(1);
    }
  }

  /** The trigger finds no knote any more; the loop is awake. */
  @Test
  void lateTriggerOfReplacedWakeupFailsNoThread() throws IOException {
    try (script) {
      script.expect("kqueue").answers(ScriptedPollers.KQUEUE);
      script.allow("close", ScriptedPollers.KQUEUE);
      Kqueue kqueue = Kqueues.open(script.kernel());
      KqueueConstants c = new KqueueConstants(script.platform());
      WakeupChoice choice = WakeupChoice.guessed(Wakeup.Kind.USER);
      script.expectKevent().changes(script.user(0).flags(EV_ADD, EV_CLEAR)).withoutSlots();
      Wakeup user = Wakeup.Kind.USER.open(kqueue, script.kernel(), c);
      ProvingWakeup wakeup = new ProvingWakeup(choice, user, kqueue, script.kernel(), c, log::add);
      script
          .expectKevent()
          .withoutSlots()
          .runs(() -> {
            // Meanwhile another loop has found the lie, and this one hands over.
            choice.giveUp(Wakeup.Kind.USER);
            assertThat(wakeup.isProven()).as("the pipe needs no proof").isTrue();
          })
          .fails(Errno.ENOENT);
      expectHandOverToPipe();
      assertThat(wakeup.trigger()).isZero();
      assertThat(wakeup.kind()).isEqualTo(Wakeup.Kind.PIPE);
      wakeup.close();
      kqueue.close();
    }
    assertThat(log).as("the other loop's line").isEmpty();
  }

  @Test
  void refusedTriggerReplacesTheWakeupAndFailsNoThread() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      script.expectKevent().waits(LONGEST).runs(poller::wakeup).returns();
      Kevent timer = script.timer(0).flags(EV_ADD, EV_ENABLE, EV_CLEAR).udata(0);
      script.expectKevent().changes(timer).withoutSlots().fails(Errno.EINVAL);
      expectHandOverToUser();
      poller.select(events, -1, null);
      assertThat(poller.wasDisturbed()).isTrue();
      assertThat(log.get(0)).contains("it is refused with EINVAL");
    }
  }

  @Test
  void triggerThatFailsForLackOfMemoryIsAFailureAndLeavesTheWaitShort() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      script
          .expectKevent()
          .waits(LONGEST)
          .runs(() ->
              assertThatThrownBy(poller::wakeup)
                  .isInstanceOf(UncheckedIOException.class)
                  .hasMessageContaining("ENOMEM"))
          .returns();
      script.expectKevent().withoutSlots().fails(Errno.ENOMEM);
      assertThat(poller.select(events, -1, () -> true)).isZero();
      assertThat(poller.describe()).endsWith("wakeup timer");
      assertThat(log).isEmpty();
    }
  }

  @Test
  void waitsStayShortAsLongAsTheNextWakeupCannotBeOpened() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.USER)) {
      script.expectKevent().waits(LONGEST).runs(poller::wakeup).returns();
      expectUserTrigger();
      script.expectKevent().changes().polls().returns();
      script.expect("pipe").fails(Errno.EMFILE);
      poller.select(events, -1, null);
      script.expect("pipe").fails(Errno.EMFILE);
      script.expectKevent().waits(LONGEST).returns();
      script.expectKevent().changes().polls().returns();
      script.expect("pipe").fails(Errno.EMFILE);
      poller.select(events, -1, null);
      assertThat(poller.describe()).endsWith("wakeup user");
      expectHandOverToPipe();
      script.expectKevent().forEver().returns();
      poller.select(events, -1, null);
      assertThat(poller.describe()).endsWith("wakeup pipe");
      assertThat(log).hasSize(2);
      assertThat(log).allMatch(line -> line.contains("EMFILE"));
    }
  }

  @Test
  void eintrDoesNotEndTheTimeout() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      script.expectKevent().waits(LONGEST).runs(poller::wakeup).fails(Errno.EINTR);
      expectTimerTrigger();
      assertThat(poller.select(events, -1, null)).isZero();
      assertThat(log).isEmpty();
    }
  }

  @Test
  void shortWaitDoesNotDisturbSelect() throws IOException {
    try (script;
        Poller poller = open(Wakeup.Kind.TIMER)) {
      script.expectKevent().waits(LONGEST).returns();
      assertThat(poller.select(events, -1, null)).isZero();
      assertThat(poller.wasDisturbed()).isFalse();
      script.expectKevent().waits(1_000).returns();
      assertThat(poller.select(events, 1_000, null)).isZero();
      script.expectKevent().polls().returns();
      assertThat(poller.select(events, 0, null)).isZero();
    }
  }
}
