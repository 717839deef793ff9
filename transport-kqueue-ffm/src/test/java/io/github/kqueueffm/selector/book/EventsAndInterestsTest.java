package io.github.kqueueffm.selector.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.syscall.NativeMemory;
import org.junit.jupiter.api.Test;

/** What needs no kernel. */
class EventsAndInterestsTest {
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
  void eventsOfCapacityZeroAreRefused() {
    assertThatThrownBy(() -> new Events(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("capacity 0");
  }

  @Test
  void eventsAreEmptyBeforeTheFirstSelect() {
    long before = NativeMemory.live();
    try (Events events = new Events(8)) {
      assertThat(events).isEmpty();
      assertThat(events.size()).isZero();
      assertThatThrownBy(() -> events.token(0)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(NativeMemory.live()).isEqualTo(before);
    }
  }
}
