package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.ScriptedKernel;
import org.junit.jupiter.api.Test;

/** What counts as a lie of a wakeup, and what does not. */
class WakeupTrialTest {
  private static final long MILLI = 1_000_000;

  private final Kernel kernel = ScriptedKernel.on("macos-aarch64").kernel();
  private final Platform platform = kernel.platform();
  private final Answering wakeup = new Answering();
  private final WakeupTrial trial = new WakeupTrial(wakeup, kernel);

  /** Does something within its trigger, and then answers. */
  private static final class Answering implements Wakeup {
    private Runnable within = () -> {};
    private int answer;

    @Override
    public Kind kind() {
      return Kind.USER;
    }

    @Override
    public boolean isEvent(int filter, long ident) {
      return true;
    }

    @Override
    public int trigger() {
      within.run();
      return answer;
    }

    @Override
    public int consumed(int filter, long ident) {
      return 0;
    }

    @Override
    public void close() {}
  }

  private int number(Errno errno) {
    return -platform.number(errno);
  }

  @Test
  void waitsAreShortenedToTheLongestAloneBeforeTheProof() {
    assertThat(trial.limit(-1)).isEqualTo(25 * MILLI);
    assertThat(trial.limit(Long.MAX_VALUE)).isEqualTo(25 * MILLI);
    assertThat(trial.limit(25 * MILLI)).isEqualTo(25 * MILLI);
    assertThat(trial.limit(24 * MILLI)).isEqualTo(24 * MILLI);
  }

  @Test
  void waitWithoutTriggerNeedsNoSecondPoll() {
    trial.turn();
    trial.limit(-1);
    assertThat(trial.timedOut()).isFalse();
    assertThat(trial.lie(true)).isNull();
    assertThat(trial.isProven()).isFalse();
  }

  @Test
  void triggerThatNoPollShowsIsMissed() {
    trial.turn();
    trial.trigger();
    assertThat(trial.timedOut()).isTrue();
    assertThat(trial.lie(true)).isEqualTo("it does not fire");
  }

  /** A machine on which the trigger comes with the end of the wait. */
  @Test
  void triggerThatTheSecondPollShowsIsNotMissed() {
    trial.turn();
    trial.limit(-1);
    trial.trigger();
    assertThat(trial.timedOut()).isTrue();
    trial.event();
    assertThat(trial.lie(true)).isNull();
    assertThat(trial.isProven()).as("the time for a repetition is not over").isFalse();
  }

  @Test
  void pollWithoutFreeSlotProvesNothing() {
    trial.turn();
    trial.trigger();
    assertThat(trial.timedOut()).isTrue();
    assertThat(trial.lie(false)).isNull();
  }

  @Test
  void triggerWhoseCallHasNotReturnedIsNotMissed() {
    trial.turn();
    wakeup.within = () -> assertThat(trial.timedOut()).isFalse();
    trial.trigger();
    assertThat(trial.lie(true)).isNull();
  }

  @Test
  void eventThatComesBeforeTheTriggersCallReturnsIsTheTriggers() {
    trial.turn();
    wakeup.within = trial::event;
    trial.trigger();
    assertThat(trial.lie(true)).isNull();
    trial.turn();
    assertThat(trial.timedOut()).as("it has come already").isFalse();
    assertThat(trial.lie(true)).isNull();
  }

  @Test
  void twoTriggersMayShareAnEvent() {
    trial.turn();
    trial.trigger();
    trial.trigger();
    trial.event();
    assertThat(trial.timedOut()).isFalse();
    assertThat(trial.lie(true)).isNull();
  }

  /** The first one's event was on its way when the second one began. */
  @Test
  void twoTriggersMayHaveAnEventEach() {
    trial.turn();
    trial.trigger();
    trial.trigger();
    trial.event();
    trial.turn();
    trial.event();
    assertThat(trial.lie(true)).isNull();
  }

  @Test
  void eventWithoutTriggerIsALie() {
    trial.turn();
    trial.event();
    assertThat(trial.lie(true)).isEqualTo("it fires without a trigger");
  }

  @Test
  void secondEventOfOneTriggerIsALie() {
    trial.turn();
    trial.trigger();
    trial.event();
    assertThat(trial.lie(true)).isNull();
    trial.turn();
    trial.event();
    assertThat(trial.lie(false)).isEqualTo("it fires again without a trigger");
  }

  @Test
  void wakeupIsProvenByAWaitInFullAfterItsEvent() {
    trial.turn();
    trial.trigger();
    trial.event();
    assertThat(trial.isProven()).isFalse();
    trial.turn();
    trial.limit(10 * MILLI);
    trial.timedOut();
    assertThat(trial.isProven()).as("a shorter wait").isFalse();
    trial.turn();
    trial.limit(-1);
    assertThat(trial.isProven()).as("a wait that something else has ended").isFalse();
    trial.timedOut();
    assertThat(trial.isProven()).isTrue();
  }

  @Test
  void wakeupOfLoopThatNeverSleepsIsProvenByLaterPoll() throws InterruptedException {
    trial.turn();
    trial.trigger();
    trial.event();
    long event = System.nanoTime();
    do {
      trial.turn();
    } while (System.nanoTime() - event < 25 * MILLI);
    trial.turn();
    assertThat(trial.isProven()).isTrue();
    trial.trigger();
    trial.event();
    assertThat(trial.isProven()).as("the quiet time begins again").isFalse();
  }

  @Test
  void refusedTriggerIsALieAndDoesNotThrow() {
    wakeup.answer = number(Errno.EINVAL);
    assertThat(trial.trigger()).isZero();
    assertThat(trial.lie(true)).startsWith("it is refused with EINVAL");
  }

  @Test
  void triggerThatFailsWithEnomemThrowsAndIsNotALie() {
    wakeup.answer = number(Errno.ENOMEM);
    assertThat(trial.trigger()).isEqualTo(number(Errno.ENOMEM));
    assertThat(trial.timedOut()).isFalse();
    assertThat(trial.lie(true)).isNull();
    trial.event();
    assertThat(trial.lie(true)).isEqualTo("it fires without a trigger");
  }

  @Test
  void nothingIsCountedAfterTheEnd() {
    trial.turn();
    trial.end();
    wakeup.answer = number(Errno.EINVAL);
    assertThat(trial.trigger()).isEqualTo(number(Errno.EINVAL));
    assertThat(trial.timedOut()).isFalse();
    assertThat(trial.lie(true)).isNull();
  }
}
