package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_USER;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.NOTE_LOWAT;
import static io.github.kqueueffm.abi.Constant.NOTE_NSECONDS;
import static io.github.kqueueffm.abi.Constant.NOTE_SECONDS;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static io.github.kqueueffm.abi.Constant.NOTE_USECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where systems differ: what the embedded kqueue does. */
class EpollKqueueRulesTest extends AbstractEpollKqueueTest {

  @Test
  void timerOfZeroExpiresAtOnceAndOnceEachTimeItIsAdded() {
    for (int i = 0; i < 3; i++) {
      fixture.change(0, EVFILT_TIMER, 7, EV_ADD, EV_ENABLE, EV_CLEAR);
      Event event = fixture.awaitOne();
      assertThat(event.udata()).isEqualTo(7);
      assertThat(event.data()).isEqualTo(1);
      assertThat(fixture.await(3, 8)).isEmpty();
    }
  }

  @Test
  void oneShotTimerOfZeroIsGoneAfterwards() {
    fixture.change(0, EVFILT_TIMER, 7, EV_ADD, EV_ONESHOT);
    fixture.awaitOne();
    assertThat(fixture.change(0, EVFILT_TIMER, 7, EV_ENABLE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
  }

  @Test
  void timerUnitsAreTheLibrarys() {
    assertThat(elapsedMicros(fixture.get(NOTE_USECONDS), 3_000)).isBetween(3_000L, 5_000_000L);
    assertThat(elapsedMicros(fixture.get(NOTE_NSECONDS), 3_000_000)).isBetween(3_000L, 5_000_000L);
    fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ADD), fixture.get(NOTE_SECONDS), 1, 7).apply();
    assertThat(fixture.await(100, 8)).isEmpty();
  }

  private long elapsedMicros(int unit, long data) {
    long start = System.nanoTime();
    fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), unit, data, 7);
    fixture.awaitOne();
    return (System.nanoTime() - start) / 1_000;
  }

  @Test
  void timerOfNonsenseIsRefused() {
    int flags = fixture.flags(EV_ADD);
    assertThat(fixture.change(1, EVFILT_TIMER, flags, 0, -1, 7).send()).isEqualTo(refused());
    assertThat(fixture.change(1, EVFILT_TIMER, flags, 0x800, 1, 7).send()).isEqualTo(refused());
  }

  private int refused() {
    return -fixture.number(Errno.EINVAL);
  }

  @Test
  void timerOfAgesDoesNotOverflow() {
    int flags = fixture.flags(EV_ADD);
    fixture.change(1, EVFILT_TIMER, flags, fixture.get(NOTE_SECONDS), Long.MAX_VALUE, 7).apply();
    assertThat(fixture.await(5, 8)).isEmpty();
    assertThat(fixture.call(Long.MAX_VALUE, 0)).isZero();
  }

  @Test
  void timerAddedAgainStartsAnew() {
    int flags = fixture.flags(EV_ADD, EV_ONESHOT);
    fixture.change(1, EVFILT_TIMER, flags, 0, 1, 7).apply();
    fixture.change(1, EVFILT_TIMER, flags, 0, 10_000, 7);
    assertThat(fixture.await(20, 8)).isEmpty();
    fixture.change(1, EVFILT_TIMER, flags, 0, 0, 7);
    assertThat(fixture.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void disabledTimerIsReportedOnceItIsEnabled() {
    fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT, EV_DISABLE), 0, 1, 7).apply();
    assertThat(fixture.await(10, 8)).isEmpty();
    fixture.change(1, EVFILT_TIMER, 7, EV_ENABLE);
    assertThat(fixture.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void triggerInTheCreatingChangeCounts() {
    fixture.change(
        1, EVFILT_USER, fixture.flags(EV_ADD, EV_CLEAR), fixture.get(NOTE_TRIGGER), 0, 7);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void enableTogetherWithDisableIsRefused() {
    int[] pair = fixture.pair();
    int both = fixture.flags(EV_ADD, EV_ENABLE, EV_DISABLE);
    for (Constant filter : List.of(EVFILT_READ, EVFILT_WRITE, EVFILT_USER, EVFILT_TIMER)) {
      assertThat(fixture.change(pair[0], filter, both, 0, 0, 7).send()).isEqualTo(refused());
    }
  }

  @Test
  void lowWaterMarkOfAnyOtherKindIsRefused() {
    int[] pair = fixture.pair();
    int add = fixture.flags(EV_ADD);
    int clear = fixture.flags(EV_ADD, EV_CLEAR);
    int lowat = fixture.get(NOTE_LOWAT);
    assertThat(fixture.change(pair[0], EVFILT_READ, clear, lowat, 100, 7).send())
        .isEqualTo(refused());
    assertThat(fixture.change(pair[0], EVFILT_READ, add, lowat, 0x7fffffff, 7).send())
        .isEqualTo(refused());
    assertThat(fixture.change(pair[0], EVFILT_WRITE, clear, lowat, 0x7fffffff, 7).send())
        .isEqualTo(refused());
    fixture.write(pair[1], 1);
    assertThat(fixture.await(3, 8)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void littleRoomStarvesNobody(int most) {
    int[][] pairs = {fixture.pair(), fixture.pair(), fixture.pair()};
    long next = 0;
    for (int[] pair : pairs) {
      fixture.write(pair[1], 1);
      fixture.change(pair[0], EVFILT_READ, next++, EV_ADD);
      fixture.change(pair[0], EVFILT_WRITE, next++, EV_ADD);
    }
    int[] cleared = fixture.pair();
    fixture.change(cleared[0], EVFILT_READ, next++, EV_ADD, EV_CLEAR);
    fixture.change(1, EVFILT_USER, next, EV_ADD).apply();
    fixture.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, next++).apply();
    Map<Long, Integer> seen = new HashMap<>();
    for (int turn = 0; turn < 120; turn++) {
      fixture.write(cleared[1], 1);
      List<Event> found = fixture.await(1_000, most);
      assertThat(found).isNotEmpty().hasSizeLessThanOrEqualTo(most);
      found.forEach(event -> seen.merge(event.udata(), 1, Integer::sum));
    }
    assertThat(seen).hasSize((int) next);
    assertThat(seen.values()).allMatch(times -> times >= 4);
  }

  @Test
  void pollFindsWhatIsHiddenBehindReportsOfWhatIsNotArmed() {
    int[][] pairs = new int[10][];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = fixture.pair();
      fixture.change(pairs[i][0], EVFILT_READ, i, EV_ADD, EV_ONESHOT);
    }
    fixture.apply();
    for (int[] pair : pairs) {
      fixture.write(pair[1], 1);
    }
    assertThat(fixture.poll()).hasSize(pairs.length);
    fixture.change(pairs[9][0], EVFILT_READ, 9, EV_ADD, EV_ONESHOT);
    List<Event> found = fixture.await(0, 1);
    assertThat(found).extracting(Event::udata).containsExactly(9L);
  }

  @Test
  void moreEventsThanReportsFitAreReportedInTurn() {
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      int[] pair = fixture.pair();
      fixture.write(pair[0], 1);
      fixture.write(pair[1], 1);
      fixture.change(pair[0], EVFILT_READ, 2L * i, EV_ADD, EV_ONESHOT);
      fixture.change(pair[1], EVFILT_READ, 2L * i + 1, EV_ADD, EV_ONESHOT);
    }
    fixture.apply();
    while (seen.size() < 120) {
      List<Event> found = fixture.await(1_000, 7);
      assertThat(found).isNotEmpty();
      found.forEach(event -> assertThat(seen.add(event.udata())).isTrue());
    }
  }

  @Test
  void addingAgainKeepsTheFlagsOfTheCreation() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void interruptedWaitSaysSoAfterItsChangesWereApplied() {
    int[] pair = fixture.pair();
    calls.fail("epollPwait2", Errno.EINTR);
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    assertThat(fixture.call(1_000_000_000, 8)).isEqualTo(-fixture.number(Errno.EINTR));
    calls.restore("epollPwait2");
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
  }

  @Test
  void closedKqueueRefusesAndForgetsNothing() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD).apply();
    fixture.kqueue.close();
    calls.reset();
    fixture.kqueue.close();
    fixture.kqueue.forget(pair[0]);
    assertThat(fixture.change(pair[0], EVFILT_READ, 1, EV_ADD).send())
        .isEqualTo(-fixture.number(Errno.EBADF));
    assertThat(calls.count("close") + calls.count("epollCtl")).isZero();
  }
}
