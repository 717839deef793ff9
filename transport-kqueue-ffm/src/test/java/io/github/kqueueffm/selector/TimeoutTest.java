package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The timeout that the kevent call gets. */
class TimeoutTest extends AbstractPollerTest {
  TimeoutTest() {
    super("macos-aarch64", 4);
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
    script.expectKevent().where(call -> call.timeout() == expected ? null : "wrong").answers(0);
    assertThat(poller.select(events, nanos, () -> true)).isZero();
  }

  @Test
  void zeroPolls() throws IOException {
    script.expectKevent().polls().returns();
    assertThat(poller.select(events, 0, null)).isZero();
  }
}
