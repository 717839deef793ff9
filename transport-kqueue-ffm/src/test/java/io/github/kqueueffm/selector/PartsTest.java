package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.syscall.NativeMemory;
import org.junit.jupiter.api.Test;

/** The parts of a selector that need no kernel. */
class PartsTest {
  @Test
  void aGateLetsNobodyInOnceItIsClosed() {
    Gate gate = new Gate();
    assertThat(gate.enter()).isTrue();
    assertThat(gate.close()).isTrue();
    assertThat(gate.close()).isFalse();
    assertThat(gate.isClosed()).isTrue();
    assertThat(gate.enter()).isFalse();
    assertThat(gate.isEmpty()).isFalse();
    gate.leave();
    assertThat(gate.isEmpty()).isTrue();
    gate.awaitEmpty();
  }

  @Test
  void aSleepIsNotifiedOnce() {
    SleepState sleep = new SleepState();
    assertThat(sleep.notifyLoop()).isFalse();
    assertThat(sleep.tryFallAsleep()).isFalse();
    assertThat(sleep.awake()).isTrue();
    assertThat(sleep.tryFallAsleep()).isTrue();
    assertThat(sleep.notifyLoop()).isTrue();
    assertThat(sleep.notifyLoop()).isFalse();
    assertThat(sleep.awake()).isTrue();
    sleep.notifyLoop();
    sleep.fallAsleep();
    assertThat(sleep.notifyLoop()).isTrue();
  }

  @Test
  void interestsCombine() {
    Interests both = Interests.READABLE.or(Interests.WRITABLE);
    assertThat(both).isEqualTo(Interests.WRITABLE.or(Interests.READABLE)).hasSameHashCodeAs(both);
    assertThat(both.isReadable() && both.isWritable()).isTrue();
    assertThat(both).hasToString("READABLE|WRITABLE");
    assertThat(Interests.READABLE.isWritable()).isFalse();
    assertThat(Interests.WRITABLE).hasToString("WRITABLE").isNotEqualTo(both);
  }

  @Test
  void eventsNeedRoom() {
    assertThatThrownBy(() -> new Events(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("capacity 0");
  }

  @Test
  void eventsBeforeTheFirstSelectAreNone() {
    long before = NativeMemory.live();
    try (Events events = new Events(8)) {
      assertThat(events).isEmpty();
      assertThat(events.size()).isZero();
      assertThatThrownBy(() -> events.registration(0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(NativeMemory.live()).isEqualTo(before);
    }
  }
}
