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
        Poller poller = ScriptedPollers.open(script)) {
      script.expectKevent().where(call -> call.timeout() == expected ? null : "wrong").answers(0);
      assertThat(poller.select(events, nanos, () -> true)).isZero();
    }
  }

  @Test
  void zeroPolls() throws IOException {
    try (script;
        Poller poller = ScriptedPollers.open(script)) {
      script.expectKevent().polls().returns();
      assertThat(poller.select(events, 0, null)).isZero();
    }
  }

  @Test
  void eventsOfAnotherPlatformsLayoutAreRefused() throws IOException {
    try (script;
        Poller poller = ScriptedPollers.open(script);
        ScriptedKernel netbsd = ScriptedKernel.on("netbsd-x86_64");
        Poller other = ScriptedPollers.open(netbsd)) {
      script.expectKevent().polls().returns();
      poller.select(events, 0, null);
      assertThatThrownBy(() -> other.select(events, 0, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("macos-aarch64")
          .hasMessageContaining("netbsd-x86_64");
    }
  }

  @Test
  void closedEventsAreRefused() throws IOException {
    try (script;
        Poller poller = ScriptedPollers.open(script)) {
      events.close();
      assertThatThrownBy(() -> poller.select(events, 0, null))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }
}
