package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real")
class TimerFilterTest extends ProviderTest {
  /** Of a system that counts them, at 100 Hz. */
  private static final long TICK_MILLIS = 10;

  @Test
  void oneShotTimerExpiresOnceAndNotEarly() {
    long start = System.nanoTime();
    fixture.change(3, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 15, 7);
    Event event = fixture.awaitOne();
    long earliest = SystemPromise.EXACT_TIMERS.isKept() ? 14 : 14 - TICK_MILLIS;
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(millis(earliest), millis(5_000));
    assertThat(event.ident()).isEqualTo(3);
    assertThat(event.filter()).isEqualTo(fixture.get(EVFILT_TIMER));
    assertThat(event.udata()).isEqualTo(7);
    assertThat(event.data()).isEqualTo(1);
    assertThat(fixture.await(40, 8)).isEmpty();
    assertThat(fixture.change(3, EVFILT_TIMER, 7, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  @Test
  void periodicTimerCountsItsExpirations() {
    long start = System.nanoTime();
    fixture.change(3, EVFILT_TIMER, fixture.flags(EV_ADD), 0, 5, 7).apply();
    long expirations = 0;
    while (expirations < 6) {
      Event event = fixture.awaitOne();
      assertThat(event.data()).isPositive();
      expirations += event.data();
    }
    long passed = System.nanoTime() - start;
    long early = SystemPromise.EXACT_TIMERS.isKept() ? 5 : 5 + TICK_MILLIS;
    assertThat(expirations * 5_000_000).isLessThanOrEqualTo(passed + early * 1_000_000);
    fixture.change(3, EVFILT_TIMER, 7, EV_DELETE).apply();
    assertThat(fixture.await(20, 8)).isEmpty();
  }

  @Test
  void deletedTimerDoesNotExpire() {
    fixture.change(3, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 10, 7);
    fixture.change(3, EVFILT_TIMER, 7, EV_DELETE).apply();
    assertThat(fixture.await(30, 8)).isEmpty();
  }

  @Test
  void severalTimersExpireInTheirOrder() {
    // Far apart, since each starts when its change is applied, and a busy machine may pause
    // between.
    fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 420, 0);
    fixture.change(2, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 20, 0);
    fixture.change(3, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 220, 0).apply();
    assertThat(List.of(next(), next(), next())).containsExactly(2L, 3L, 1L);
  }

  private long next() {
    List<Event> found = fixture.await(10_000, 1);
    assertThat(found).hasSize(1);
    return found.get(0).ident();
  }

  @Test
  void absentTimerIsRefused() {
    assertThat(fixture.change(9, EVFILT_TIMER, 7, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
    assertThat(fixture.change(9, EVFILT_TIMER, 7, EV_ENABLE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
  }

  @Test
  void sameIdentOfAnotherFilterIsAnotherKnote() {
    int[] pair = fixture.pair();
    fixture
        .change(pair[0], EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT, EV_CLEAR), 0, 5, 7)
        .apply();
    assertThat(fixture.awaitOne().filter()).isEqualTo(fixture.get(EVFILT_TIMER));
  }
}
