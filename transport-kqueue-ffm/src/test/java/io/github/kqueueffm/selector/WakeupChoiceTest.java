package io.github.kqueueffm.selector;

import static io.github.kqueueffm.selector.Wakeup.Kind.PIPE;
import static io.github.kqueueffm.selector.Wakeup.Kind.TIMER;
import static io.github.kqueueffm.selector.Wakeup.Kind.USER;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WakeupChoiceTest {
  @Test
  void guessIsProvenOnce() {
    WakeupChoice choice = WakeupChoice.guessed(TIMER);
    assertThat(choice.isProven()).isFalse();
    choice.prove(TIMER);
    assertThat(choice.isProven(TIMER)).isTrue();
    assertThat(choice.isProven(USER)).isFalse();
  }

  @Test
  void kindThatLiesIsReplacedOnceByAnUnprovenOne() {
    WakeupChoice choice = WakeupChoice.guessed(TIMER);
    assertThat(choice.giveUp(TIMER)).isTrue();
    assertThat(choice.giveUp(TIMER)).isFalse();
    assertThat(choice.isGivenUp(TIMER)).isTrue();
    assertThat(choice.kind()).isEqualTo(USER);
    choice.prove(TIMER);
    assertThat(choice.isProven()).as("a loop that was late with its proof").isFalse();
    assertThat(choice.giveUp(USER)).isTrue();
    assertThat(choice.kind()).isEqualTo(PIPE);
    assertThat(choice.isProven(PIPE)).isTrue();
    assertThat(choice.giveUp(PIPE)).isFalse();
  }

  @Test
  void lieOverridesTheProofOfAnotherLoop() {
    WakeupChoice choice = WakeupChoice.guessed(USER);
    choice.prove(USER);
    assertThat(choice.giveUp(USER)).isTrue();
    assertThat(choice.kind()).isEqualTo(PIPE);
  }

  @Test
  void pipeNeedsNoProof() {
    assertThat(WakeupChoice.guessed(PIPE).isProven()).isTrue();
    assertThat(WakeupChoice.guessed(USER).isProbed(PIPE)).isTrue();
    assertThat(WakeupChoice.guessed(USER).isProbed(USER)).isFalse();
  }
}
