package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_USER;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.NOTE_SECONDS;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static io.github.kqueueffm.abi.Constant.NOTE_USECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When the timers of the embedded kqueue expire, and what they report. */
class VirtualTimerTest extends VirtualTimeTest {
  private static final long HOUR = 3_600_000 * VirtualTime.MILLI;
  private static final long SOON_OVER = Long.MAX_VALUE - 20 * VirtualTime.MILLI;
  private static final long LONGEST = Long.MAX_VALUE / 4;

  private void add(long ident, long millis, Constant... flags) {
    fixture.change(ident, EVFILT_TIMER, fixture.flags(flags), 0, millis, ident).apply();
  }

  private Event next() {
    List<Event> found = fixture.awaitForEver();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void timersExpireInTheirOrderAndAtTheirTimes(long start) {
    time.now(start);
    add(1, 42, EV_ADD, EV_ONESHOT);
    add(2, 2, EV_ADD, EV_ONESHOT);
    add(3, 22, EV_ADD, EV_ONESHOT);
    for (long ident : new long[] {2, 3, 1}) {
      assertThat(next().ident()).isEqualTo(ident);
      assertThat(time.now() - start).isEqualTo(millis(ident == 1 ? 42 : ident == 2 ? 2 : 22));
    }
    assertThat(time.sleeps).containsExactly(millis(2), millis(20), millis(20));
  }

  @ParameterizedTest
  @EnumSource(names = {"NOTE_SECONDS", "NOTE_USECONDS", "NOTE_NSECONDS"})
  void unitIsThatOfTheFflagsWhichAreNotReported(Constant unit) {
    long nanos = unit == NOTE_SECONDS ? 1_000_000_000 : unit == NOTE_USECONDS ? 1_000 : 1;
    int flags = fixture.flags(EV_ADD, EV_ONESHOT);
    fixture.change(1, EVFILT_TIMER, flags, fixture.get(unit), 3, 7).apply();
    assertThat(next().fflags()).isZero();
    assertThat(time.now()).isEqualTo(3 * nanos);
  }

  @Test
  void fflagsOfATimerAreNotThoseOfAUser() {
    int flags = fixture.flags(EV_ADD);
    fixture.change(1, EVFILT_TIMER, flags, fixture.get(NOTE_USECONDS), 1_000, 7).apply();
    fixture.change(1, EVFILT_TIMER, flags, fixture.get(NOTE_USECONDS), 1_000, 7).apply();
    assertThat(next().fflags()).isZero();
    int or = fixture.get(Constant.NOTE_FFOR) | 0b11;
    fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ENABLE), or, 0, 7).apply();
    assertThat(next().fflags()).isZero();
  }

  @Test
  void longestTimerIsSleptFor() {
    int flags = fixture.flags(EV_ADD, EV_ONESHOT);
    fixture.change(1, EVFILT_TIMER, flags, fixture.get(NOTE_SECONDS), Long.MAX_VALUE, 7).apply();
    assertThat(next().udata()).isEqualTo(7);
    assertThat(time.sleeps.get(0)).isEqualTo(LONGEST - LONGEST / 512);
    assertThat(time.now()).isEqualTo(LONGEST);
  }

  @Test
  void periodicTimerIsClearedByItsReportThoughNothingSaysSo() {
    add(1, 30, EV_ADD);
    for (int i = 1; i <= 3; i++) {
      Event event = next();
      assertThat(event.data()).isEqualTo(1);
      assertThat(fixture.is(event, EV_CLEAR)).isTrue();
      assertThat(fixture.is(event, EV_ONESHOT)).isFalse();
      assertThat(time.now()).isEqualTo(i * millis(30));
      assertThat(fixture.poll()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void expirationsThatNobodyWaitedForAreCounted(long start) {
    time.now(start);
    add(1, 10, EV_ADD);
    time.pass(35);
    assertThat(next().data()).isEqualTo(3);
    assertThat(next().data()).isEqualTo(1);
    assertThat(time.now() - start).isEqualTo(millis(40));
    time.pass(10);
    assertThat(fixture.poll()).extracting(Event::data).containsExactly(1L);
    time.pass(9);
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void expirationsOfADisabledTimerAreReportedOnceItIsEnabled() {
    add(1, 10, EV_ADD, EV_DISABLE);
    time.pass(35);
    assertThat(fixture.poll()).isEmpty();
    time.pass(20);
    assertThat(fixture.poll()).isEmpty();
    fixture.change(1, EVFILT_TIMER, 1, EV_ENABLE);
    assertThat(fixture.poll()).extracting(Event::data).containsExactly(5L);
  }

  @Test
  void oneShotTimerExpiresOnceHoweverLateItIs() {
    add(1, 10, EV_ADD, EV_ONESHOT);
    time.pass(35);
    Event event = next();
    assertThat(event.data()).isEqualTo(1);
    assertThat(fixture.is(event, EV_ONESHOT)).isTrue();
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(time.sleeps).containsExactly(millis(100));
  }

  @Test
  void deletedTimerEndsNoWait() {
    add(1, 10, EV_ADD);
    fixture.change(1, EVFILT_TIMER, 1, EV_DELETE).apply();
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(time.sleeps).containsExactly(millis(100));
  }

  @Test
  void timerAddedAgainExpiresAtItsNewTimeAlone() {
    add(1, 10, EV_ADD, EV_ONESHOT);
    add(1, 30, EV_ADD);
    Event event = next();
    assertThat(event.data()).isEqualTo(1);
    assertThat(time.sleeps).containsExactly(millis(30));
    assertThat(fixture.await(100, 8)).isEmpty();
  }

  @Test
  void dataOfAUserEventIsThatOfTheLastChange() {
    int trigger = fixture.get(NOTE_TRIGGER);
    fixture.change(1, EVFILT_USER, fixture.flags(EV_ADD, EV_CLEAR), 0, -5, 7).apply();
    fixture.change(1, EVFILT_USER, 0, trigger, -6, 7).apply();
    assertThat(fixture.poll()).extracting(Event::data).containsExactly(-6L);
    fixture.change(1, EVFILT_USER, fixture.flags(EV_DISABLE), trigger, 9, 7).apply();
    fixture.change(1, EVFILT_USER, fixture.flags(EV_ENABLE), 0, 8, 7);
    assertThat(fixture.poll()).extracting(Event::data).containsExactly(8L);
  }
}
