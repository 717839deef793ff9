package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_USER;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a wait sleeps, and when it wakes those of other threads. */
class VirtualWaitTest extends VirtualTimeTest {
  private static final long HOUR = 3_600_000 * VirtualTime.MILLI;

  /** Times of which some turn negative within 100 ms, as those of nanoTime may. */
  private static final long SOON_OVER = Long.MAX_VALUE - 20 * VirtualTime.MILLI;

  private void start(long now) {
    time.now(now);
    calls.reset();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void waitLastsItsTimeOutInOneSleep(long start) {
    for (long millis : new long[] {100, 150, 1}) {
      start(start);
      time.sleeps.clear();
      assertThat(fixture.await(millis, 8)).isEmpty();
      assertThat(time.now() - start).isEqualTo(millis(millis));
      assertThat(time.sleeps).containsExactly(millis(millis));
      assertThat(calls.calls()).containsExactly("epollPwait2");
    }
  }

  @Test
  void waitOfMoreThan150MillisecondsIsSleptInTwo() {
    assertThat(fixture.await(300, 8)).isEmpty();
    long rest = millis(300) / 512;
    assertThat(time.sleeps).containsExactly(millis(300) - rest, rest);
    assertThat(time.now()).isEqualTo(millis(300));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR})
  void pollDoesNotSleep(long start) {
    start(start);
    assertThat(fixture.poll()).isEmpty();
    assertThat(calls.calls()).containsExactly("epollWait");
    assertThat(time.sleeps).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR})
  void waitWithoutATimeOutIsEndedByAnEventAlone(long start) {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    start(start);
    time.during(() -> fixture.write(pair[1], 1));
    assertThat(fixture.awaitForEver()).extracting(Event::udata).containsExactly(7L);
    assertThat(time.sleeps).containsExactly(-1L);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void timerEndsAWaitWithoutATimeOut(long start) {
    start(start);
    addTimer(fixture, 30);
    assertThat(fixture.awaitForEver()).extracting(Event::udata).containsExactly(30L);
    assertThat(time.sleeps).containsExactly(millis(30));
  }

  private void addTimer(KqueueFixture thread, long millis) {
    int flags = fixture.flags(EV_ADD, EV_ONESHOT);
    thread.change(1, EVFILT_TIMER, flags, 0, millis, millis).apply();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void waitEndsWithItsTimeOutOrTheTimerWhicheverIsFirst(long start) {
    start(start);
    addTimer(fixture, 50);
    assertThat(fixture.await(30, 8)).isEmpty();
    assertThat(fixture.await(100, 8)).extracting(Event::udata).containsExactly(50L);
    assertThat(time.sleeps).containsExactly(millis(30), millis(20));
    assertThat(time.now() - start).isEqualTo(millis(50));
  }

  @Test
  void failureOfAWaitThatIsNotPreciseIsTheAnswer() {
    int failed = -fixture.number(Errno.ENOMEM);
    calls.fail("epollWait", Errno.ENOMEM);
    assertThat(fixture.call(0, 8)).isEqualTo(failed);
    assertThat(fixture.callForEver(8)).isEqualTo(failed);
  }

  @Test
  void moreEventsThanAWaitHadRoomForAtFirstAreTakenAtOnce() {
    for (int i = 0; i < 100; i++) {
      int[] pair = fixture.pair();
      fixture.write(pair[1], 1);
      fixture.change(pair[0], EVFILT_READ, i, EV_ADD);
    }
    fixture.apply();
    assertThat(fixture.poll()).hasSize(100);
  }

  @Test
  void preciseWaitThatWorksMakesEarlierRefusalsForgotten() {
    AtomicInteger call = new AtomicInteger();
    calls.on(
        "epollPwait2",
        arguments ->
            call.incrementAndGet() % 3 != 0
                ? -fixture.number(Errno.EPERM)
                : time.sleepPrecisely(arguments));
    calls.reset();
    for (int i = 0; i < 4; i++) {
      assertThat(fixture.await(10, 8)).isEmpty();
    }
    assertThat(calls.count("epollPwait2")).isEqualTo(12);
    assertThat(calls.calls()).containsOnly("epollPwait2");
  }

  private void trigger(KqueueFixture thread) {
    thread.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 7).apply();
  }

  private void addUser() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
  }

  @Test
  void triggerIsNoSystemCallOnceTheSleeperIsBack() {
    addUser();
    assertThat(fixture.await(10, 8)).isEmpty();
    calls.reset();
    trigger(fixture);
    assertThat(calls.calls()).isEmpty();
  }

  @Test
  void triggersWhileOneSleepsWakeItOnce() {
    addUser();
    KqueueFixture other = other();
    calls.reset();
    time.during(() -> {
      trigger(other);
      trigger(other);
    });
    assertThat(fixture.await(10, 8)).hasSize(1);
    assertThat(calls.count("write")).isEqualTo(1);
    assertThat(time.now()).isZero();
  }

  @Test
  void additionThatHasNothingToReportWakesNoOne() {
    KqueueFixture other = other();
    time.during(() -> other.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply());
    calls.reset();
    assertThat(fixture.await(10, 8)).isEmpty();
    assertThat(calls.count("write")).isZero();
  }

  @Test
  void wakeupThatFailsIsTheAnswerAndIsTriedAgain() {
    addUser();
    KqueueFixture other = other();
    calls.fail("write", Errno.EPERM);
    time.during(() -> {
      other.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 7);
      assertThat(other.send()).isEqualTo(-fixture.number(Errno.EPERM));
      calls.restore("write");
      trigger(other);
    });
    assertThat(fixture.await(10, 8)).extracting(Event::udata).containsExactly(7L);
    assertThat(time.now()).isZero();
  }

  @Test
  void changeThatFailsIsTheAnswerAndNotTheWakeup() {
    addUser();
    KqueueFixture other = other();
    calls.fail("write", Errno.EPERM);
    time.during(() -> {
      other.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 7);
      other.change(2, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 7);
      assertThat(other.send()).isEqualTo(-fixture.number(Errno.ENOENT));
    });
    assertThat(fixture.await(10, 8)).hasSize(1);
  }

  /** The second thread takes what is ready and leaves the eventfd's edge to the sleeper. */
  @Test
  void pollThatDoesNotTakeTheWakeupSendsNoOther() {
    addUser();
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 8, EV_ADD, EV_ONESHOT).apply();
    KqueueFixture other = other();
    calls.reset();
    time.during(() -> {
      fixture.kernel.write(pair[1], fixture.buffer(), 1);
      trigger(other);
      assertThat(other.await(0, 1)).extracting(Event::udata).containsExactly(8L);
    });
    assertThat(fixture.await(10, 8)).extracting(Event::udata).containsExactly(7L);
    assertThat(calls.count("write")).as("to the socket and to the eventfd").isEqualTo(2);
  }

  /** The event array has room for one, and the timer comes with it while the thread sleeps. */
  @Test
  void whatBecomesActiveDuringASleepTakesNoRoomOfAReport() {
    addUser();
    int[] pair = fixture.pair();
    fixture.write(pair[1], 1);
    fixture.change(pair[0], EVFILT_READ, 8, EV_ADD, EV_CLEAR).apply();
    assertThat(fixture.await(0, 1)).as("full, so that idents are first").hasSize(1);
    KqueueFixture other = other();
    time.during(() -> {
      fixture.write(pair[1], 1);
      trigger(other);
    });
    List<Long> seen = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      List<Event> found = fixture.await(10, 1);
      assertThat(found).hasSize(1);
      seen.add(found.get(0).udata());
    }
    assertThat(seen).containsExactlyInAnyOrder(7L, 8L);
  }

  @ParameterizedTest
  @CsvSource({"30,1", "99,1", "100,0", "101,0"})
  void timerThatComesBeforeASleepEndsWakesTheSleeper(long millis, int wakeups) {
    for (long start : new long[] {0, HOUR, -HOUR, SOON_OVER}) {
      start(start);
      time.sleeps.clear();
      KqueueFixture other = other();
      time.during(() -> addTimer(other, millis));
      List<Event> found = fixture.await(100, 8);
      assertThat(calls.count("write")).isEqualTo(wakeups);
      if (wakeups > 0) {
        assertThat(time.sleeps).containsExactly(millis(100), millis(millis));
      } else {
        assertThat(time.sleeps).containsExactly(millis(100));
      }
      assertThat(found).hasSize(millis > 100 ? 0 : 1);
      assertThat(time.now() - start).isEqualTo(millis(Math.min(100, millis)));
      fixture.change(1, EVFILT_TIMER, 0, Constant.EV_DELETE).send();
    }
  }

  @Test
  void timerWakesASleeperWithoutATimeOut() {
    KqueueFixture other = other();
    time.during(() -> addTimer(other, 30));
    assertThat(fixture.awaitForEver()).extracting(Event::udata).containsExactly(30L);
    assertThat(time.sleeps).containsExactly(-1L, millis(30));
  }

  /** It was slept in two, so the deadline of the first sleep is not that of the call. */
  @Test
  void timerOfTheLastPieceOfALongWaitWakesNoOne() {
    KqueueFixture other = other();
    time.during(() -> addTimer(other, 1_000));
    calls.reset();
    assertThat(fixture.await(1_000, 8)).hasSize(1);
    assertThat(calls.count("write")).isZero();
  }

  @Test
  void sleeperThatIsBackBeforeATimerExpiresLeavesItToTheNext() {
    KqueueFixture second = other();
    KqueueFixture third = other();
    calls.reset();
    time.during(() -> assertThat(second.await(40, 8)).isEmpty());
    time.during(() -> addTimer(third, 60));
    assertThat(fixture.await(100, 8)).extracting(Event::udata).containsExactly(60L);
    assertThat(time.now()).isEqualTo(millis(60));
    assertThat(calls.count("write")).isEqualTo(1);
  }
}
