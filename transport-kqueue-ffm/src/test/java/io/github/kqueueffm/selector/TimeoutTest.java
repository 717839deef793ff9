package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeoutTest {
  private static final long LONGEST = 86_399_999_999_999L;

  private final ScriptedKernel script = ScriptedKernel.on("macos-aarch64");
  private final Events events = new Events(4);

  @AfterEach
  void free() {
    events.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "999999999, 999999999",
    "1000000000, 1000000000",
    "1500000001, 1500000001",
    "86399999999999, 86399999999999",
    "86400000000000, 86399999999999",
    "9223372036854775807, 86399999999999",
    "-1, -1",
    "-9223372036854775808, -1",
    "0, 0"
  })
  void isClampedToADay(long nanos, long expected) throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script.expectKevent().where(call -> call.timeout() == expected ? null : "wrong").answers(0);
      assertThat(selector.select(events, nanos, () -> true)).isZero();
    }
  }

  @Test
  void theSpecsFormGoesOnAfterADay() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script.expectKevent().waits(LONGEST).returns();
      script.expectKevent().waits(LONGEST).returns(script.read(5).udata(1));
      assertThat(selector.select(events, Integer.MAX_VALUE)).isEqualTo(1);
    }
  }

  @Test
  void theSpecsFormWaitsForTheRestWhenTheKernelIsEarly() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script.expectKevent().waits(1_000_000_000).returns();
      script
          .expectKevent()
          .where(call -> call.timeout() > 0 && call.timeout() < 1_000_000_000 ? null : "not less")
          .does(call -> 0);
      script.expectKevent().waits().returns(script.read(5).udata(1));
      assertThat(selector.select(events, 1_000)).isEqualTo(1);
    }
  }

  @Test
  void zeroPolls() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script.expectKevent().polls().returns();
      assertThat(selector.select(events, 0)).isZero();
    }
  }

  @Test
  void aNegativeNumberOfMillisecondsIsRefused() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      assertThatThrownBy(() -> selector.select(events, -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("-1");
    }
  }

  @Test
  void eventsOfAnotherPlatformsLayoutAreRefused() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script);
        ScriptedKernel netbsd = ScriptedKernel.on("netbsd-x86_64");
        Selector other = ScriptedSelectors.open(netbsd)) {
      script.expectKevent().polls().returns();
      selector.select(events, 0);
      assertThatThrownBy(() -> other.select(events, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("macos-aarch64")
          .hasMessageContaining("netbsd-x86_64");
    }
  }

  @Test
  void closedEventsAreRefused() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      events.close();
      assertThatThrownBy(() -> selector.select(events, 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }
}
