package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real")
class TimeoutTest extends ProviderTest {

  @Test
  void waitEndsWithNothingWhenItsTimeIsOver() {
    long start = System.nanoTime();
    assertThat(fixture.await(30, 8)).isEmpty();
    // libkqueue rounds to milliseconds.
    assertThat(System.nanoTime() - start).isBetween(29_000_000L, 10_000_000_000L);
  }

  @Test
  void timeOutOfZeroDoesNotWait() {
    long start = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      assertThat(fixture.poll()).isEmpty();
    }
    assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
  }

  @Test
  void waitIsNotEndedByDataOfDescriptorsThatWereNotAdded() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD).apply();
    fixture.write(pair[0], 1);
    assertThat(fixture.await(10, 8)).isEmpty();
  }

  @Test
  void nonsenseIsRefused() {
    assertThat(fixture.call(-1_000_000_000L, 8)).isEqualTo(-fixture.number(Errno.EINVAL));
    assertThat(fixture.call(-1, 8)).isEqualTo(-fixture.number(Errno.EINVAL));
  }

  @Test
  void nonsenseIsRefusedWithTheChangesOfTheCall() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD);
    assertThat(fixture.call(-1, 8)).isEqualTo(-fixture.number(Errno.EINVAL));
  }
}
